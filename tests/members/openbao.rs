//! A cluster of OpenBao is made once: a member with empty storage joins, whichever it is.

use super::scene::{SHELLS, Said, Scene};
use serde_json::{Value, json};

const SELF: &str = "10.0.0.1";
const OTHERS: [&str; 2] = ["10.0.0.2", "10.0.0.3"];
const ARMED: &str = "etc/vault.d/initialize.json";

/// Three members that answer with these codes; a folder `later` holds what they answer after five questions.
fn members(codes: [&str; 3]) -> Scene {
    let scene = Scene::new("vault/files/openbao-cluster", &["/etc/openbao", "/etc/vault.d"]);
    let all = [SELF, OTHERS[0], OTHERS[1]];
    scene.write("etc/openbao/members.json", &json!({ "address": SELF, "members": all }).to_string());
    let setup =
        json!([{ "policy": { "data": {} } }, { "operator": { "operation": "update", "data": { "token_policies": ["operator"] } } }]);
    scene.write("etc/openbao/initialize.json", &json!({ "initialize": [{ "setup": { "request": setup } }] }).to_string());
    std::fs::create_dir_all(scene.path("etc/vault.d")).unwrap();
    for (address, code) in all.iter().zip(codes) {
        scene.write(&format!("codes/{address}"), code);
    }
    scene.write("asked", "");
    scene.program(
        "curl",
        "#!/bin/sh\n\
         for url; do :; done\n\
         host=${url#https://} host=${host%%:*}\n\
         echo \"$host\" >> \"$STAND_IN/asked\"\n\
         if [ \"$(wc -l < \"$STAND_IN/asked\")\" -gt 5 ] && [ -e \"$STAND_IN/later/$host\" ]; then cp \"$STAND_IN/later/$host\" \"$STAND_IN/codes/$host\"; fi\n\
         code=$(cat \"$STAND_IN/codes/$host\")\n\
         [ \"$code\" != 000 ] || exit 7\n\
         printf %s \"$code\"\n",
    );
    // A server with empty storage makes a cluster when it is told to; the others join it.
    scene.program(
        "systemctl",
        "#!/bin/sh\n\
         echo \"$*\" >> \"$STAND_IN/restarts\"\n\
         cp \"$STAND_IN/etc/vault.d/initialize.json\" \"$STAND_IN/told\"\n\
         for member in \"$STAND_IN\"/codes/*; do printf 200 > \"$member\"; done\n",
    );
    scene.program("chgrp", "#!/bin/sh\n");
    scene
}

fn refused(said: &Said, why: &str) {
    assert_ne!(said.code, 0, "{said:?}");
    assert!(said.err.contains(why), "{said:?}");
}

#[test]
fn a_cluster_is_made_where_every_member_is_in_none() {
    for shell in SHELLS {
        let scene = members(["501", "501", "501"]);
        assert_eq!(scene.run(shell, &["joined"]).code, 0);
        assert_ne!(scene.run(shell, &["exists"]).code, 0);
        assert_eq!(scene.run(shell, &["absent"]).code, 0);
        let said = scene.run(shell, &["create"]);
        assert_eq!(said.code, 0, "{said:?}");
        assert_eq!(scene.read("restarts"), "restart openbao\n");
        // What it was told holds the password; nothing stays behind for another start.
        let told: Value = serde_json::from_str(&scene.read("told")).unwrap();
        let operator = &told["initialize"][0]["setup"]["request"][1]["operator"]["data"];
        assert_eq!(*operator, json!({ "token_policies": ["operator"], "password": "pass\"wörd\\n" }));
        assert!(!scene.path(ARMED).exists());
        for question in ["exists", "complete", "joined"] {
            assert_eq!(scene.run(shell, &[question]).code, 0, "{question}");
        }
        assert_eq!(scene.run(shell, &["create"]).code, 0);
        assert_eq!(scene.read("restarts"), "restart openbao\n");
    }
}

#[test]
fn none_is_made_while_a_member_does_not_answer() {
    for shell in SHELLS {
        let scene = members(["501", "501", "000"]);
        for verb in ["absent", "create"] {
            refused(&scene.run(shell, &[verb]), "10.0.0.3 is silent");
        }
        assert!(!scene.path("restarts").exists() && !scene.path(ARMED).exists());
    }
}

#[test]
fn a_rebuilt_first_member_joins_its_peers() {
    for shell in SHELLS {
        // A peer that is sealed belongs to a cluster too.
        for peers in [["200", "200"], ["503", "000"]] {
            let scene = members(["501", peers[0], peers[1]]);
            assert_eq!(scene.run(shell, &["exists"]).code, 0);
            assert_eq!(scene.run(shell, &["create"]).code, 0);
            assert!(!scene.path("restarts").exists() && !scene.path(ARMED).exists());
            assert_ne!(scene.run(shell, &["joined"]).code, 0);
        }
        let scene = members(["501", "200", "200"]);
        scene.write(&format!("later/{SELF}"), "200");
        assert_eq!(scene.run(shell, &["join"]).code, 0);
    }
    let scene = members(["501", "200", "200"]);
    refused(&scene.run(SHELLS[0], &["join"]), "10.0.0.1 is out");
}

#[test]
fn what_a_killed_run_left_is_removed() {
    for shell in SHELLS {
        let scene = members(["200", "200", "200"]);
        scene.write(ARMED, "{}");
        assert_ne!(scene.run(shell, &["joined"]).code, 0);
        assert_eq!(scene.run(shell, &["join"]).code, 0);
        assert!(!scene.path(ARMED).exists());
    }
}

#[test]
fn another_value_of_a_key_that_is_used_is_refused() {
    for shell in SHELLS {
        let scene = members(["200", "200", "200"]);
        // A machine that is new knows no member yet.
        std::fs::remove_file(scene.path("etc/openbao/members.json")).unwrap();
        scene.write("etc/vault.d/seal.key", "another one");
        assert_eq!(scene.run(shell, &["same"]).code, 0);
        for (key, code) in [("0a1b", 0), ("0a1b\n", 0), ("", 0), ("0a1c", 1), ("0a1b0a1b", 1)] {
            scene.write("etc/vault.d/seal-2.key", key);
            let said = scene.run(shell, &["same"]);
            assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (code, "", ""), "{key:?}");
        }
        let said = scene.run(shell, &["refuse"]);
        refused(&said, "seal-2.key has another value where it is kept");
        assert!(!said.err.contains("0a1"), "{said:?}");
    }
}
