//! `olympus-edge`: intent and menu search on a restaurant's own device.

fn main() -> std::process::ExitCode {
    olympus_device::cli::main()
}
