//! The certificates of a machine's names: who signs is asked in turn, what holds is served, and what ends is spoken of. The authorities
//! are stand-ins; `tests/site/run` asks a real one.

use super::scene::{SHELLS, Scene};
use serde_json::json;
use std::process::Command;

/// Signs a request with the authority in the folder of its name, for the days that stand in `days`.
const SIGN: &str = "#!/bin/sh\n\
    # usage: sign AUTHORITY REQUEST\n\
    openssl req -in \"$2\" -noout -text | sed -n 's/^ *\\(DNS:.*\\)/subjectAltName=\\1/p' > \"$ROOT/extensions\"\n\
    openssl x509 -req -in \"$2\" -CA \"$ROOT/$1.pem\" -CAkey \"$ROOT/$1.key\" -CAcreateserial -days \"$(cat \"$ROOT/days\")\" \\\n\
    \x20 -extfile \"$ROOT/extensions\" 2> \"$ROOT/sign.log\"\n";

/// A client of ACME: it keeps its arguments, and fails where there is no authority.
const LEGO: &str = "#!/bin/sh\n\
    echo \"$@\" >> \"$ROOT/lego.log\"; env | grep _FILE >> \"$ROOT/lego.log\"\n\
    [ -e \"$ROOT/letsencrypt.key\" ] || { echo 'no authority'; exit 1; }\n\
    while [ $# -gt 0 ]; do case $1 in --path) at=$2 ;; --csr) csr=$2 ;; esac; shift; done\n\
    mkdir -p \"$at/certificates\"; echo nothing > \"$at/certificates/one.issuer.crt\"\n\
    sign letsencrypt \"$csr\" > \"$at/certificates/one.crt\"\n";

/// The API of an edge.
const CURL: &str = "#!/bin/sh\n\
    while [ $# -gt 0 ]; do case $1 in --data-binary) body=${2#@} ;; --header) case $2 in @*) cat \"${2#@}\" >> \"$ROOT/curl.log\" ;; esac ;; esac; word=$1; shift; done\n\
    echo \"$word\" >> \"$ROOT/curl.log\"\n\
    [ -e \"$ROOT/origin.key\" ] || { echo '{\"success\": false, \"errors\": [{\"message\": \"not allowed\"}]}'; exit 0; }\n\
    jq -r .csr \"$body\" > \"$ROOT/origin.csr\"\n\
    sign origin \"$ROOT/origin.csr\" | jq -R -s '{success: true, result: {certificate: .}}'\n";

const NAMES: [&str; 2] = ["shop.example.com", "one.shop.example.com"];

/// A machine that serves what the product's own authority signed, with these authorities besides.
fn machine(sources: &[&str], authorities: &[&str]) -> Scene {
    let scene = Scene::new("site/files/site-certificate", &["/etc/site", "/var/lib/site"]);
    let settings = json!({
        "names": NAMES, "sources": sources, "challenge": { "client": "cloudflare", "variable": "CLOUDFLARE_DNS_API_TOKEN" },
        "origin": "https://edge.example.net/v4", "directory": "https://acme.example.net/directory", "contact": "ops@example.com",
        "group": "root", "reloads": ["site-proxy.service"],
    });
    scene.write("etc/site/settings.json", &settings.to_string());
    scene.write("etc/site/token", "token-of-the-zone");
    scene.write("days", "90");
    let root = scene.path("").display().to_string();
    for (name, text) in
        [("sign", SIGN), ("lego", LEGO), ("curl", CURL), ("systemctl", "#!/bin/sh\necho \"$@\" >> \"$ROOT/systemctl.log\"\n")]
    {
        scene.program(name, &text.replace("$ROOT", &root));
    }
    for name in ["own", "other"].iter().chain(authorities) {
        authority(&scene, name);
    }
    sign(&scene, "own", "etc/site/own");
    scene
}

fn authority(scene: &Scene, name: &str) {
    let key = scene.path(&format!("{name}.key"));
    let subject = format!("/CN={name}");
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "3650",
        "-subj",
        &subject,
        "-keyout",
    ]);
    assert!(openssl.arg(key).arg("-out").arg(scene.path(&format!("{name}.pem"))).output().unwrap().status.success());
}

/// Puts a certificate of an authority into a folder, as old and as long as the file `days` says.
fn sign(scene: &Scene, authority: &str, folder: &str) {
    let folder = scene.path(folder);
    let script = "set -e; mkdir -p \"$1\"; cd \"$1\"; openssl ecparam -name prime256v1 -genkey -noout -out key.pem\n\
        openssl req -new -key key.pem -subj / -addext \"subjectAltName=$3\" -out request\n\
        \"$4/bin/sign\" \"$2\" request > cert.pem; rm request";
    let names = NAMES.map(|name| format!("DNS:{name}")).join(",");
    let mut sh = Command::new("sh");
    let done = sh.args(["-c", script, "sh"]).arg(&folder).args([authority, &names]).arg(scene.path("")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Who signed what is served.
fn served(scene: &Scene) -> String {
    let mut openssl = Command::new("openssl");
    let shown = openssl.args(["x509", "-noout", "-issuer", "-in"]).arg(scene.path("etc/site/current/cert.pem")).output().unwrap();
    String::from_utf8_lossy(&shown.stdout).trim().rsplit(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn the_first_that_holds_is_served_and_the_server_told_once() {
    for shell in SHELLS {
        let scene = machine(&["letsencrypt", "origin"], &["letsencrypt", "origin"]);
        assert_eq!(scene.run(shell, &["settle", "check"]).code, 1);
        assert_eq!(scene.run(shell, &["settle"]).code, 0);
        assert_eq!(served(&scene), "own");
        assert_eq!(scene.run(shell, &["check"]).code, 1);
        let applied = scene.run(shell, &["apply"]);
        assert_eq!((applied.code, served(&scene).as_str()), (0, "letsencrypt"), "{}", applied.err);
        assert_eq!(scene.read("systemctl.log"), "reload site-proxy.service\n");
        let checked = scene.run(shell, &["check"]);
        assert_eq!((checked.code, checked.out.as_str()), (0, ""));
        // Nothing is asked again, and nobody told.
        let asked = scene.read("lego.log");
        assert_eq!(scene.run(shell, &["renew"]).code, 0);
        assert_eq!((scene.read("lego.log"), scene.read("systemctl.log").lines().count()), (asked.clone(), 1));
        assert!(asked.contains("--dns cloudflare") && asked.contains("CLOUDFLARE_DNS_API_TOKEN_FILE="), "{asked}");
        assert!(!asked.contains("token-of-the-zone"), "{asked}");
        assert!(scene.read("curl.log").contains("Authorization: Bearer token-of-the-zone\nhttps://edge.example.net/v4/certificates\n"));
    }
}

#[test]
fn what_takes_over_is_what_is_there() {
    for shell in SHELLS {
        let scene = machine(&["letsencrypt", "origin"], &["origin"]);
        let renewed = scene.run(shell, &["renew"]);
        assert_eq!((renewed.code, served(&scene).as_str()), (1, "origin"), "{}", renewed.err);
        assert!(renewed.err.contains("letsencrypt signed nothing: no authority"), "{}", renewed.err);
        // A run of Ansible goes on: there is something to serve, and drift says what is missing.
        assert_eq!(scene.run(shell, &["apply"]).code, 0);
        let checked = scene.run(shell, &["check"]);
        assert_eq!((checked.code, checked.out.as_str()), (1, "the certificate of letsencrypt: there is none\n"));
        authority(&scene, "letsencrypt");
        assert_eq!(scene.run(shell, &["renew"]).code, 0);
        assert_eq!(served(&scene), "letsencrypt");
        // The best one is gone, and the next best serves at once.
        std::fs::remove_file(scene.path("etc/site/letsencrypt/key.pem")).unwrap();
        std::fs::remove_file(scene.path("letsencrypt.key")).unwrap();
        assert_eq!(scene.run(shell, &["renew"]).code, 1);
        assert_eq!(served(&scene), "origin");
    }
}

#[test]
fn neither_a_refusal_nor_a_wrong_certificate_is_taken() {
    for shell in SHELLS {
        let scene = machine(&["origin"], &[]);
        let refused = scene.run(shell, &["renew"]);
        assert_eq!((refused.code, served(&scene).as_str()), (1, "own"), "{}", refused.err);
        assert!(refused.err.contains("origin signed nothing") && refused.err.contains("not allowed"), "{}", refused.err);
        authority(&scene, "origin");
        scene.program("sign", &SIGN.replace("$ROOT", &scene.path("").display().to_string()).replace("^ *\\(DNS:", ".*\\(DNS:one"));
        let wrong = scene.run(shell, &["renew"]);
        assert_eq!((wrong.code, served(&scene).as_str()), (1, "own"), "{}", wrong.err);
        assert!(wrong.err.contains("of no use: it is not for shop.example.com"), "{}", wrong.err);
    }
}

#[test]
fn what_nears_its_end_is_renewed_and_spoken_of_where_nobody_did() {
    for shell in SHELLS {
        let scene = machine(&["letsencrypt"], &["letsencrypt"]);
        assert_eq!(scene.run(shell, &["apply"]).code, 0);
        // Not ours to wait three months: the clock goes on.
        for (days, late, renewed) in [(59, 0, false), (62, 0, true)] {
            let before = scene.read("etc/site/current/cert.pem");
            let real = Command::new("date").arg("+%s").output().unwrap();
            let now: u64 = String::from_utf8_lossy(&real.stdout).trim().parse().unwrap();
            let clock =
                format!("#!/bin/sh\nif [ \"$1\" = +%s ]; then echo {}; else PATH=${{PATH#*:}} exec date \"$@\"; fi\n", now + days * 86400);
            scene.program("date", &clock);
            assert_eq!(scene.run(shell, &["check"]).code, late, "{days}");
            scene.write("days", "180");
            assert_eq!(scene.run(shell, &["renew"]).code, 0);
            assert_eq!(scene.read("etc/site/current/cert.pem") != before, renewed, "{days}");
            std::fs::remove_file(scene.path("bin/date")).unwrap();
        }
        let spoken = machine(&["letsencrypt"], &["letsencrypt"]);
        assert_eq!(spoken.run(shell, &["apply"]).code, 0);
        spoken.program(
            "date",
            "#!/bin/sh\nif [ \"$1\" = +%s ]; then PATH=${PATH#*:} date --date=now+70days +%s; else PATH=${PATH#*:} exec date \"$@\"; fi\n",
        );
        let late = spoken.run(shell, &["check"]);
        assert_eq!(late.code, 1);
        assert!(late.out.contains("the certificate of letsencrypt ends soon"), "{}", late.out);
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let scene = machine(&["letsencrypt"], &[]);
    for arguments in [&[][..], &["aply"], &["apply", "check"], &["settle", "check", "more"]] {
        let said = scene.run(SHELLS[0], arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains("usage: site-certificate"), "{}", said.err);
    }
}
