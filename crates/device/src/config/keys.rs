//! Every setting by its name, what it does, and its default: what `config list` shows.

/// One setting, as people see it.
#[derive(Debug, Clone, Copy)]
pub struct KeySpec {
    /// Name in the file and on the command line; dots part tables.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What holds where it is not set.
    pub default: &'static str,
    /// Whether its value is hidden.
    pub secret: bool,
}

/// Every setting, in the order of `config list`.
pub const KEYS: &[KeySpec] = &[
    spec("listen", "address of the local API", "127.0.0.1:8080"),
    spec(
        "timezone",
        "IANA zone that dayparts are told by",
        "the system's",
    ),
    spec("log", "log filter: error, warn, info, debug, trace", "info"),
    spec(
        "cors-origins",
        "comma-separated origins of other pages",
        "none",
    ),
    spec("max-items", "most items of a menu", "20000"),
    spec(
        "min-confidence",
        "least probability to say an intent, whatever it would cost",
        "0",
    ),
    spec(
        "intent-costs",
        "what wrong intents cost, beside asking again",
        "ask-again=1,wrong=1.2,false-cancel=1.6,missed-complaint=1.3",
    ),
    spec(
        "location-id",
        "which restaurant this is, in the cloud",
        UNSET,
    ),
    spec("cloud-url", "address of the restaurant's Worker", UNSET),
    secret("api-key", "key of the Worker: oek_…, scope device"),
    spec(
        "menu-source",
        "device: imported here; cloud: taken from the Worker, where another device publishes it",
        "device",
    ),
    spec(
        "cloud-account",
        "account of Workers AI and Vectorize, where there is no Worker",
        UNSET,
    ),
    secret("cloud-token", "API token of that account"),
    spec("cloud-index", "Vectorize index of that account", UNSET),
    spec(
        "cloud-models",
        "models of that account, e.g. embed=@cf/baai/bge-small-en-v1.5",
        UNSET,
    ),
    secret("recovery-key", "key that backups are encrypted with: ork_…"),
    spec(
        "terminal",
        "which terminal this device is; another name is another till",
        "till-1",
    ),
    spec("currency", "ISO 4217 code of all amounts", "USD"),
    spec("tax-percent", "tax on what is sold, e.g. 8.25", "0"),
    spec(
        "tax-included",
        "whether prices include it: true or false",
        "false",
    ),
    spec(
        "day-starts",
        "when the business day starts, HH:MM in `timezone`",
        "04:00",
    ),
    spec(
        "receipt-name",
        "the restaurant's name on receipts",
        "OlympusEdge",
    ),
    spec(
        "receipt-address",
        "its address on receipts; lines are parted by |",
        "none",
    ),
    spec("receipt-tax-id", "its number with the tax office", "none"),
    spec(
        "offline-soft-hours",
        "age of the oldest unsent sale from which staff are told",
        "24",
    ),
    spec(
        "offline-hard-hours",
        "age from which nothing of value is sold until the line is back",
        "72",
    ),
    spec(
        "offline-operations",
        "most operations that wait to be sent",
        "20000",
    ),
    spec(
        "offline-cents",
        "most value that waits to be sent, in cents",
        "5000000",
    ),
    spec("route.intent.policy", POLICY, "auto"),
    spec("route.intent.deadline-ms", DEADLINE, "300"),
    spec("route.intent.confident-at", CONFIDENT, "0.7"),
    spec("route.search.policy", POLICY, "auto"),
    spec("route.search.deadline-ms", DEADLINE, "300"),
    spec("route.search.confident-at", CONFIDENT, "0.7"),
    spec("route.image.policy", POLICY, "auto"),
    spec("route.image.deadline-ms", DEADLINE, "2000"),
    spec("route.image.confident-at", CONFIDENT, "0.7"),
];

const UNSET: &str = "not set";
const POLICY: &str = "local_only, prefer_local, prefer_cloud or auto";
const DEADLINE: &str = "time for an answer, where a request does not say";
const CONFIDENT: &str = "probability from which an answer is sure";

const fn secret(name: &'static str, about: &'static str) -> KeySpec {
    KeySpec {
        secret: true,
        ..spec(name, about, UNSET)
    }
}

const fn spec(name: &'static str, about: &'static str, default: &'static str) -> KeySpec {
    KeySpec {
        name,
        about,
        default,
        secret: false,
    }
}
