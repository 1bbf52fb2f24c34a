//! Under which key an address is counted.
//!
//! Invariant: who has a whole IPv6 network of a household has one key, not 2^64.

use std::net::{IpAddr, Ipv6Addr};

/// All callers whose address is not known share one key.
const UNKNOWN: &str = "unknown";

/// The key of `cf-connecting-ip`, which Cloudflare sets and no client can.
pub(super) fn key(address: Option<&str>) -> String {
    match address.and_then(|text| text.trim().parse::<IpAddr>().ok()) {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => network(v6),
        },
        None => UNKNOWN.to_owned(),
    }
}

fn network(v6: Ipv6Addr) -> String {
    let [a, b, c, d, ..] = v6.segments();
    format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn one_household_is_one_key() {
        assert_eq!(key(Some("192.0.2.7")), "192.0.2.7");
        assert_eq!(key(Some("::ffff:192.0.2.7")), "192.0.2.7");
        assert_eq!(key(Some("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::/64");
        assert_eq!(key(Some("2001:db8:1:2::9")), "2001:db8:1:2::/64");
        for odd in [
            None,
            Some(""),
            Some("192.0.2.7, 10.0.0.1"),
            Some("evil/../x"),
        ] {
            assert_eq!(key(odd), "unknown");
        }
    }
}
