//! What takes over when something is away: `infrac check --without`.

use super::{Session, project};

/// Machines on two providers behind an edge, with their management on one of them.
const PRODUCT: &str = include_str!("../../inventory/acme/product.infra");

fn acme() -> Session {
    let session = project();
    session.put("inventory/acme/product.infra", PRODUCT);
    session
}

/// The rows of one environment: what is away, and what takes over.
fn rows(session: &Session, without: &[&str]) -> Vec<(String, String)> {
    let asked = without.iter().flat_map(|name| ["--without", name]);
    let answer = session.run(&["check", "--env", "prod"].into_iter().chain(asked).collect::<Vec<_>>());
    let lines = answer.ends(0).out.lines().skip(1).map(|line| {
        let mut columns = line.split("  ").filter(|cell| !cell.is_empty()).skip(2).map(|cell| cell.trim().to_owned());
        (columns.next().unwrap(), columns.next().unwrap())
    });
    lines.collect()
}

#[test]
fn what_takes_over_is_said_for_a_provider_a_stack_and_a_service() {
    let session = acme();
    let pair = |what: &str, instead: &str| (what.to_owned(), instead.to_owned());
    for cf in ["cf", "cloudflare"] {
        assert_eq!(rows(&session, &[cf]), [pair("front", "front.spare")]);
    }
    assert_eq!(rows(&session, &["web_eu"]), [pair("web_eu", "web_us")]);
    let because = "what is needed to bring it back comes from the bootstrap source, not from here";
    for vault in ["vault", "mgmt.vault"] {
        assert_eq!(rows(&session, &[vault]), [pair("mgmt.vault", because)]);
    }
    let gone: Vec<String> = rows(&session, &["mgmt"]).into_iter().map(|(what, _)| what).collect();
    assert_eq!(gone, ["mgmt.consul", "mgmt.vault", "mgmt.garage"]);
    let gone: Vec<String> = rows(&session, &["eu"]).into_iter().map(|(what, _)| what).collect();
    assert_eq!(gone, ["mgmt.consul", "mgmt.vault", "mgmt.garage", "web_eu", "access"]);
}

#[test]
fn what_nothing_takes_over_for_is_one_finding_with_the_chain() {
    let session = acme();
    let both = session.run(&["check", "--env", "prod", "--without", "cf", "--without", "eu"]);
    both.ends(1).says("IC0419").says("nothing takes over for `front` without `cf`, `eu`: `front` → `front.spare`").says("2 errors");
    let all = session.run(&["check", "--without", "web_eu", "--without", "web_us"]);
    all.ends(1).says("nothing takes over for `web_eu` without `web_eu`, `web_us`: `web_eu` → `web_us` →").says("2 errors");
    let bare = PRODUCT.replace("fallback = [provider-dns, letsencrypt]", "fallback = [letsencrypt]");
    assert_ne!(bare, PRODUCT);
    session.put("inventory/acme/product.infra", &bare);
    session.run(&["check"]).ends(0);
    let front = session.run(&["check", "--without", "cloudflare"]);
    front
        .says("nothing takes over for `front` without `cloudflare`")
        .says("product.infra:76")
        .says("provider-dns in fallback")
        .says("1 error");
}

#[test]
fn a_name_that_nothing_has_is_told() {
    let session = acme();
    session.run(&["check", "--without", "walt"]).ends(2).says("there is no provider, stack or service `walt`");
    session.run(&["check", "--without", "vaul"]).ends(2).says("did you mean `vault`?");
    session.run(&["check", "--without", "vault", "--fix"]).ends(2).says("--fix");
}
