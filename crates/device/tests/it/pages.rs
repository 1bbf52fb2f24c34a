//! The pages inside the binary.

use crate::support::demo;

#[test]
fn pages_and_all_that_they_load_are_there_and_load_nothing_else() {
    for page in ["/", "/docs", "/till", "/kitchen", "/operations"] {
        let answer = demo().get(page);
        assert_eq!(answer.status, 200, "{page}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        let html = String::from_utf8(answer.body).expect("text");
        for attribute in ["src=\"", "href=\""] {
            for target in html
                .split(attribute)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                if target.starts_with('#') {
                    continue;
                }
                assert!(target.starts_with('/'), "{page} loads {target}");
                assert_eq!(demo().get(target).status, 200, "{page} loads {target}");
            }
        }
        assert!(
            !html.contains(" style=\"") && !html.contains("<style"),
            "{page}: the policy forbids it"
        );
    }
}

#[test]
fn pages_are_kept_until_they_change() {
    let first = demo().get("/static/app.js");
    assert_eq!(
        first.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = demo().send("GET", "/static/app.js", &[("if-none-match", &tag)], b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = demo().send("HEAD", "/", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn every_reason_of_routing_has_words_for_people() {
    let script = demo().get("/static/how.js").body;
    let script = String::from_utf8(script).expect("text");
    for reason in olympus_core::route::Reason::ALL {
        assert!(script.contains(&format!("\n  {reason}: \"")), "{reason}");
    }
}
