//! `docs/THREAT_MODEL.md` and `docs/PROMISES.md` name tests that there are.

use std::path::Path;

/// Everything that can hold a test, as one text.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("can be listed") {
        let path = entry.expect("can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !matches!(&*name, "node_modules" | "target" | "build") {
            sources(&path, text);
        } else if name.ends_with(".rs") || name.ends_with(".test.js") || name == "Cargo.toml" {
            text.push_str(&std::fs::read_to_string(&path).expect("can be read"));
        }
    }
}

/// What a page names in the last cell of its rows of three, between backticks.
fn named(page: &str) -> Vec<&str> {
    page.lines()
        .filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 2)
        .filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_test_that_a_page_names_is_there() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut text = String::new();
    for folder in ["crates", "tests", "workers", "fuzz"] {
        sources(&root.join(folder), &mut text);
    }
    for (page, least) in [("THREAT_MODEL", 80), ("PROMISES", 25)] {
        let file = root.join(format!("docs/{page}.md"));
        let page = std::fs::read_to_string(file).expect("is there");
        let named = named(&page);
        assert!(named.len() > least, "{}", named.len());
        for name in named {
            let there =
                text.contains(&format!("fn {name}(")) || text.contains(&format!("\"{name}\""));
            assert!(there, "there is no test `{name}`");
        }
    }
}
