//! The layout of Garage follows its members: what is new comes in, what is gone goes out, and never more than the copies bear.

use super::scene::{SHELLS, Said, Scene};
use serde_json::{Value, json};

const ADDRESSES: [&str; 3] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const BUCKET: &str = "acme-prod-state";

fn node(letter: char) -> String {
    letter.to_string().repeat(64)
}

/// Three new members.
fn members() -> Scene {
    let mut scene = Scene::new("garage/files/garage-cluster", &["/etc/garage/", "/etc/garage-proxy/"]);
    let members: Vec<Value> =
        ADDRESSES.iter().map(|address| json!({ "address": address, "zone": "fsn1", "capacity": 96_636_764_160_i64 })).collect();
    scene.write("etc/garage/members.json", &json!({ "copies": 3, "members": members }).to_string());
    write_buckets(&scene, &[]);
    scene.write("etc/garage/key.json", &json!({ "number": "0011", "secret": "22" }).to_string());
    scene.write("etc/garage/admin-token", "token");
    let nodes: serde_json::Map<String, Value> = ADDRESSES
        .iter()
        .zip(['a', 'b', 'c'])
        .map(|(address, letter)| ((*address).to_owned(), json!({ "id": node(letter), "up": true, "joined": false })))
        .collect();
    let state = json!({
        "members": nodes, "layout": { "version": 0, "roles": [] }, "staged": [], "draining": {}, "skipped": [],
        "keys": {}, "buckets": {}, "broken": false,
    });
    scene.write("members.json", &state.to_string());
    scene.program(
        "curl",
        "#!/bin/sh\n\
         for word; do\n\
         \x20 shift\n\
         \x20 case $word in https://*) rest=${word#https://} word=http://127.0.0.1:$(cat \"$STAND_IN/port\")/${rest%%:*}/${rest#*/} ;; esac\n\
         \x20 set -- \"$@\" \"$word\"\n\
         done\n\
         PATH=${PATH#*:} exec curl \"$@\"\n",
    );
    scene.serve(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/members/stand-in-garage.py"));
    scene
}

/// The bucket of the states, and others with the days after which what is in them goes and the number of their key.
fn write_buckets(scene: &Scene, others: &[(&str, u32, &str)]) {
    let mut buckets = vec![json!({ "name": BUCKET, "expire": 0, "unfinished": 7 })];
    buckets.extend(others.iter().map(|(name, days, _)| json!({ "name": name, "expire": days, "unfinished": 7 })));
    scene.write("etc/garage/buckets.json", &json!({ "states": BUCKET, "buckets": buckets }).to_string());
    let of = |secret: &str| -> Value {
        others.iter().map(|(name, _, number)| ((*name).to_owned(), json!(format!("{secret}{number}")))).collect()
    };
    scene.write("etc/garage/keys.json", &json!({ "numbers": of(""), "secrets": of("5ec2e7") }).to_string());
}

/// The keys that open a bucket.
fn opened_by(scene: &Scene, bucket: &str) -> Value {
    state(scene)["buckets"][bucket]["keys"].clone()
}

fn state(scene: &Scene) -> Value {
    serde_json::from_str(&scene.read("members.json")).unwrap()
}

fn change(scene: &Scene, change: impl FnOnce(&mut Value)) {
    let mut state = state(scene);
    change(&mut state);
    scene.write("members.json", &state.to_string());
}

/// A machine that comes back with empty disks.
fn replace(scene: &Scene, address: &str, letter: char) {
    change(scene, |state| state["members"][address] = json!({ "id": node(letter), "up": true, "joined": false }));
}

fn placed(scene: &Scene) -> String {
    state(scene)["layout"]["roles"].as_array().unwrap().iter().map(|role| role["id"].as_str().unwrap().chars().next().unwrap()).collect()
}

fn done(said: &Said) {
    assert_eq!(said.code, 0, "{said:?}");
}

fn brought_together(shell: &[&str]) -> Scene {
    let scene = members();
    done(&scene.run(shell, &[]));
    scene
}

#[test]
fn new_members_are_placed_and_a_second_run_changes_nothing() {
    for shell in SHELLS {
        let scene = members();
        let said = scene.run(shell, &["check"]);
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.out.contains(&format!("to be placed: {} in fsn1", node('a'))), "{said:?}");
        assert_eq!(placed(&scene), "");
        done(&scene.run(shell, &[]));
        assert_eq!(placed(&scene), "abc");
        assert_eq!(opened_by(&scene, BUCKET), json!(["GK0011"]));
        let before = state(&scene)["layout"].clone();
        let said = scene.run(shell, &["check"]);
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""));
        done(&scene.run(shell, &[]));
        assert_eq!(state(&scene)["layout"], before);
    }
}

#[test]
fn members_that_are_replaced_one_after_the_other_leave_the_layout() {
    for shell in SHELLS {
        let scene = brought_together(shell);
        // The first address too, where the script runs: that member knows no layout, and must not make one.
        for (address, letter, all) in [("10.0.0.1", 'd', "bcd"), ("10.0.0.2", 'e', "cde")] {
            let gone = placed(&scene).chars().find(|old| !all.contains(*old)).unwrap();
            replace(&scene, address, letter);
            let said = scene.run(shell, &["check"]);
            assert_eq!(said.code, 1, "{said:?}");
            assert!(said.out.contains(&format!("to be taken out: {}", node(gone))), "{said:?}");
            done(&scene.run(shell, &[]));
            assert_eq!(placed(&scene), all);
            // The older version of the layout is left: nobody waits for the member that is gone, and nothing is given up.
            assert_eq!(state(&scene)["draining"], json!({}));
            assert_eq!(*state(&scene)["skipped"].as_array().unwrap().last().unwrap(), json!(false));
            done(&scene.run(shell, &["check"]));
        }
    }
}

#[test]
fn more_than_the_copies_bear_are_not_taken_out_unless_they_are_named() {
    for shell in SHELLS {
        let scene = brought_together(shell);
        replace(&scene, "10.0.0.1", 'd');
        replace(&scene, "10.0.0.3", 'e');
        let said = scene.run(shell, &[]);
        assert_eq!(said.code, 2, "{said:?}");
        let command = format!("garage-cluster forget {} {}", node('a'), node('c'));
        assert!(
            said.err.contains("2 members are gone at once, and 3 copies bear the loss of 1") && said.err.contains(&command),
            "{said:?}"
        );
        assert_eq!(placed(&scene), "abc");
        done(&scene.run(shell, &["forget", &node('a'), &node('c')]));
        assert_eq!(placed(&scene), "bde");
        assert_eq!(state(&scene)["draining"], json!({}));
    }
}

#[test]
fn a_second_loss_waits_until_the_first_is_made_up_for() {
    // Sixty rounds of three questions: one shell is enough.
    for shell in &SHELLS[..1] {
        let scene = brought_together(shell);
        replace(&scene, "10.0.0.1", 'd');
        done(&scene.run(shell, &[]));
        replace(&scene, "10.0.0.2", 'e');
        change(&scene, |state| {
            state["slow"] = true.into();
            state["draining"] = json!({ node('c'): 1, node('d'): 1 });
        });
        let said = scene.run(shell, &[]);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("version 2 of the layout is still being carried out"), "{said:?}");
        assert_eq!(placed(&scene), "bcd");
    }
}

#[test]
fn what_a_member_answers_is_shown() {
    for shell in &SHELLS[..1] {
        for mode in ["check", "change"] {
            let scene = brought_together(shell);
            change(&scene, |state| state["broken"] = true.into());
            let said = scene.run(shell, &[mode]);
            assert_eq!(said.code, 2, "{said:?}");
            assert!(said.err.contains("with 503") && said.err.contains("Could not reach quorum of 2"), "{said:?}");
            let scene = brought_together(shell);
            change(&scene, |state| state["members"]["10.0.0.3"]["up"] = false.into());
            let said = scene.run(shell, &[mode]);
            assert_eq!(said.code, 2, "{said:?}");
            assert!(said.err.contains("10.0.0.3 does not answer"), "{said:?}");
        }
    }
}

#[test]
fn each_bucket_has_a_key_that_opens_nothing_else_and_says_what_goes_from_it() {
    for shell in SHELLS {
        let scene = brought_together(shell);
        // As it was before buckets had keys of their own; and a key that somebody else has made is nobody's business.
        change(&scene, |state| {
            state["keys"]["GK99"] = json!({ "name": "by hand", "secret": "99" });
            state["buckets"]["uploads"] = json!({ "keys": ["GK0011", "GK99"], "rules": [] });
        });
        write_buckets(&scene, &[("uploads", 30, "22"), ("logs", 0, "33")]);
        let said = scene.run(shell, &["check"]);
        assert_eq!((said.code, said.out.as_str()), (1, "to be made: the key of the bucket uploads\n"), "{said:?}");
        done(&scene.run(shell, &[]));
        assert_eq!(opened_by(&scene, BUCKET), json!(["GK0011"]));
        assert_eq!(opened_by(&scene, "uploads"), json!(["GK99", "GK22"]));
        assert_eq!(opened_by(&scene, "logs"), json!(["GK33"]));
        assert_eq!(state(&scene)["keys"]["GK22"], json!({ "name": "infrac/uploads", "secret": "5ec2e722" }));
        let rules = |bucket: &str| state(&scene)["buckets"][bucket]["rules"].clone();
        let unfinished = json!({ "ID": "unfinished", "Status": "Enabled", "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 7 } });
        assert_eq!(rules("uploads"), json!([{ "ID": "expire", "Status": "Enabled", "Expiration": { "Days": 30 } }, unfinished]));
        assert_eq!(rules("logs"), json!([unfinished]));
        done(&scene.run(shell, &["check"]));

        // Rules of somebody else are what is written again; another number is another key, and the one before opens nothing.
        change(&scene, |state| state["buckets"][BUCKET]["rules"] = json!([{ "ID": "expire", "Status": "Enabled" }]));
        let said = scene.run(shell, &["check"]);
        assert_eq!(said.out, format!("to be changed: what goes from the bucket {BUCKET} by itself\n"), "{said:?}");
        write_buckets(&scene, &[("uploads", 30, "44"), ("logs", 0, "33")]);
        done(&scene.run(shell, &[]));
        assert_eq!(rules(BUCKET), json!([unfinished]));
        assert_eq!(opened_by(&scene, "uploads"), json!(["GK99", "GK44"]));

        // What is not written any more stays, and its key opens it no longer; written again, it does.
        write_buckets(&scene, &[("uploads", 30, "44")]);
        let said = scene.run(shell, &["check"]);
        assert_eq!(said.out, "to be refused: the key GK33 in the bucket logs\n", "{said:?}");
        done(&scene.run(shell, &[]));
        assert_eq!(opened_by(&scene, "logs"), json!([]));
        done(&scene.run(shell, &["check"]));
        write_buckets(&scene, &[("uploads", 30, "44"), ("logs", 0, "33")]);
        done(&scene.run(shell, &[]));
        assert_eq!(opened_by(&scene, "logs"), json!(["GK33"]));
    }
}

#[test]
fn a_new_secret_needs_a_new_number() {
    let scene = brought_together(SHELLS[0]);
    scene.write("etc/garage/key.json", &json!({ "number": "0011", "secret": "33" }).to_string());
    for mode in ["check", "change"] {
        let said = scene.run(SHELLS[0], &[mode]);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("GK0011") && said.err.contains("give it a new number") && !said.err.contains("33"), "{said:?}");
    }
}
