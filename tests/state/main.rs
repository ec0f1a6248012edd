//! State and locks with the real Garage, Consul, OpenTofu and Terragrunt, on loopback: the generated `root.hcl`,
//! `tofu-locked`, `migrate-state` and `ci/plan.sh` with modules that need no cloud. `tests/state/run` brings what it needs.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod product;
mod services;
mod session;

use product::Product;
use session::{Session, until};
use std::fs;
use std::time::{Duration, Instant};

/// Asserts that no work began while another was under way, and gives how many there were: those that were killed have no end.
#[track_caller]
fn one_after_the_other(log: &[String]) -> usize {
    let mut begun: Vec<&str> = Vec::new();
    for line in log {
        let (word, work) = line.split_once(' ').unwrap();
        match word {
            "begin" => begun.push(work),
            _ => assert_eq!(begun.last(), Some(&work), "interleaved: {log:?}"),
        }
    }
    begun.len()
}

fn working(product: &Product, works: usize) {
    until("the work begins", 60, || product.log().iter().filter(|line| line.starts_with("begin")).count() >= works);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn applies_at_once_run_one_after_the_other() {
    let product = Product::new();
    product.apply("net").ends(0);
    assert_eq!(product.take_log().len(), 2);
    product.set("trial", "always");
    product.set("seconds", "3");
    let applies: Vec<Session> = (0..3).map(|_| product.apply("net")).collect();
    for apply in applies {
        apply.ends(0).says("Apply complete");
    }
    assert_eq!(one_after_the_other(&product.take_log()), 3);
    assert_eq!(product.consul.held(), Vec::<String>::new());
    assert_eq!(product.state("net")["resources"].as_array().unwrap().len(), 1);
}

/// Why `root.hcl` does not leave the lock to the backend: Garage knows no conditional writes, and says nothing.
#[test]
#[ignore = "needs Garage and Consul"]
fn the_lock_of_the_backend_locks_nothing() {
    let product = Product::new();
    product.use_lockfile();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "always");
    product.set("seconds", "300");
    let applies: Vec<Session> = (0..2).map(|_| product.apply("net")).collect();
    working(&product, 2);
    let begun = product.log();
    assert!(begun.iter().all(|line| line.starts_with("begin")), "{begun:?}");
    product.set("enough", "");
    for apply in applies {
        apply.wait();
    }
}

/// Kills a process of an apply that is at work, or all; then another apply starts at once.
fn killed(which: Option<&str>, nth: usize) {
    let product = Product::new();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "always");
    // Longer than a session and its lock live without who made them.
    product.set("seconds", "70");
    let apply = product.apply("net");
    working(&product, 1);
    let processes = apply.processes();
    let victim = which.map(|name| {
        let named: Vec<u32> = processes.iter().filter(|process| process.is(name) || process.runs(name)).map(|process| process.id).collect();
        *named.get(nth).unwrap_or_else(|| panic!("no {name} {nth} in {processes:#?}"))
    });
    apply.signal("KILL", victim);
    product.set("seconds", "1");
    // A session ends after 15 to 30 s in which nobody has renewed it, and its lock is kept back for another 15 s.
    product.apply_within("60s", "net").ends(0).says("Apply complete");
    assert!(apply.processes().is_empty(), "{:#?}", apply.processes());
    apply.fails();
    let works = one_after_the_other(&product.take_log());
    assert_eq!(works, 2);
    assert_eq!(product.state("net")["resources"].as_array().unwrap().len(), 1);
    assert_eq!(product.consul.held(), Vec::<String>::new());
}

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_as_a_whole() {
    killed(None, 0);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_terragrunt() {
    killed(Some("terragrunt"), 0);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_wrapper() {
    killed(Some("tofu-locked"), 0);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_behind_the_lock() {
    killed(Some("tofu-locked"), 1);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_holder_of_the_lock() {
    killed(Some("consul"), 0);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_tofu() {
    killed(Some("tofu"), 0);
}

const KILLS: usize = 10;

#[test]
#[ignore = "needs Garage and Consul"]
fn killed_at_any_moment_the_state_is_whole() {
    let product = Product::new();
    product.apply("net").ends(0);
    product.set("trial", "always");
    product.set("seconds", "1");
    let look = || {
        let state = product.state("net");
        (state["serial"].as_u64().unwrap(), state["resources"][0]["instances"][0]["attributes"]["id"].clone())
    };
    let (mut serial, mut made) = look();
    let mut written = 0;
    // What was made is written when the work has ended: the kills come closer to that moment from both sides.
    let (mut delay, mut step) = (Duration::from_secs(1), Duration::from_millis(400));
    let mut last = None;
    for _ in 0..KILLS {
        product.take_log();
        let apply = product.apply("net");
        working(&product, 1);
        std::thread::sleep(delay);
        if apply.processes().is_empty() {
            apply.ends(0);
        } else {
            apply.signal("KILL", None);
            apply.wait();
        }
        let (serial_now, made_now) = look();
        assert!(serial_now >= serial, "{serial_now} < {serial}");
        let wrote = !made_now.is_null() && made_now != made;
        eprintln!("killed {delay:?} after the work began: {}", if wrote { "written" } else { "not written" });
        if last.replace(wrote).is_some_and(|last| last != wrote) {
            step /= 2;
        }
        delay = if wrote { delay.saturating_sub(step) } else { delay + step };
        written += usize::from(wrote);
        (serial, made) = (serial_now, made_now);
    }
    assert!(written > 0 && written < KILLS, "{written} of {KILLS} kills came behind the write");
    product.apply("net").ends(0);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn without_consul_nothing_is_written() {
    let mut product = Product::new();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "second");
    let serial = product.state("net")["serial"].clone();
    product.consul.stop();
    product.apply("net").fails().says("the lock of infrac/locks/acme/staging/mgmt/net was not acquired");
    assert_eq!(product.log(), Vec::<String>::new());
    assert_eq!(product.state("net")["serial"], serial);
    // What writes nothing needs no lock.
    product.terragrunt("net", &["plan", "-detailed-exitcode", "-lock=false"]).ends(2);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn a_consul_that_is_lost_stops_an_apply() {
    let mut product = Product::new();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "second");
    product.set("seconds", "120");
    let apply = product.apply("net");
    working(&product, 1);
    product.consul.stop();
    let start = Instant::now();
    let tofu = || apply.processes().iter().any(|process| process.is("tofu"));
    let took = until("tofu is stopped", 60, || !tofu());
    eprintln!("tofu was stopped after {took:?}");
    // Until then nobody else can have the lock: a session lives for 15 s, and its lock is kept back for another 15 s.
    assert!(took < Duration::from_secs(30), "{took:?}");
    until("the command ends", 40, || apply.processes().is_empty());
    eprintln!("the command ended after {:?}", start.elapsed());
    let ended = apply.fails();
    ended.says("the lock of infrac/locks/acme/staging/mgmt/net was lost");
    assert!(!product.log().iter().any(|line| line.starts_with("end")));
    product.consul.resume();
    product.consul.answers();
    product.set("seconds", "0");
    product.take_log();
    product.apply("net").ends(0);
    assert_eq!(product.take_log().len(), 2);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn a_short_loss_of_consul_stops_nothing() {
    let mut product = Product::new();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "second");
    product.set("seconds", "15");
    let apply = product.apply("net");
    working(&product, 1);
    product.consul.stop();
    std::thread::sleep(Duration::from_secs(4));
    product.consul.resume();
    apply.ends(0).says("Apply complete");
    assert_eq!(one_after_the_other(&product.take_log()), 1);
}

/// A run that is cancelled stops in order: the state is written while the lock is still held, and then it is free at once.
fn cancelled(signal: &str) {
    let product = Product::new();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "always");
    product.set("seconds", "300");
    let apply = product.apply("net");
    working(&product, 1);
    apply.cancel(signal);
    let ended = apply.fails();
    ended.says("Interrupt received");
    assert_eq!(product.consul.held(), Vec::<String>::new());
    product.set("seconds", "0");
    // The lock of a session that has only died is kept back for longer than that.
    product.apply_within("10s", "net").ends(0);
    one_after_the_other(&product.take_log());
}

#[test]
#[ignore = "needs Garage and Consul"]
fn cancelled_with_int() {
    cancelled("INT");
}

#[test]
#[ignore = "needs Garage and Consul"]
fn cancelled_with_term() {
    cancelled("TERM");
}

#[test]
#[ignore = "needs Garage and Consul"]
fn who_waits_too_long_for_a_lock_is_told() {
    let product = Product::new();
    product.apply("net").ends(0);
    product.take_log();
    product.set("trial", "always");
    product.set("seconds", "300");
    let apply = product.apply("net");
    working(&product, 1);
    product.apply_within("3s", "net").fails().says("was not acquired");
    product.set("enough", "");
    apply.ends(0);
    assert_eq!(one_after_the_other(&product.take_log()), 1);
}

#[test]
#[ignore = "needs Garage and Consul"]
fn exit_codes_come_through() {
    let product = Product::new();
    let plan = |arguments: &[&str]| {
        product.terragrunt("net", &[&["plan", "-input=false", "-lock=false", "-detailed-exitcode"], arguments].concat())
    };
    plan(&[]).ends(2);
    product.set("broken", "");
    product.apply("net").ends(1).says("exit status 1");
    product.unset("broken");
    product.apply("net").ends(0);
    plan(&[]).ends(0);
    product.set("trial", "second");
    plan(&[]).ends(2);
    plan(&["-no-such-option"]).ends(1);

    // The same through the script of the pipelines.
    let run = |out: &str| {
        let arguments = ["acme", product::ENVIRONMENT, out];
        Session::start(&mut product.command(".", "./ci/plan.sh", &arguments))
    };
    run("one").ends(0);
    assert!(product.path("one/changed").exists());
    for unit in ["net", "fw", "keys", "nodes"] {
        product.apply(unit).ends(0);
    }
    run("two").ends(0);
    assert!(!product.path("two/changed").exists());
    fs::write(product.path("modules/infra/network/hetzner/main.tf"), "resource \"nothing\" {}\n").unwrap();
    run("three").ends(1);
    assert!(!product.path("three/changed").exists());
}

#[test]
#[ignore = "needs Garage and Consul"]
fn bootstrap_and_migration_go_as_the_guide_says() {
    let mut product = Product::new();
    product.consul.stop();
    let all = |product: &Product, phase: Option<&str>, arguments: &[&str]| {
        let folder = format!("live/acme/{}", product::ENVIRONMENT);
        let mut command = product.command(&folder, "terragrunt", &[&["run", "--all", "--filter", "./mgmt/**", "--"], arguments].concat());
        if let Some(phase) = phase {
            command.env("INFRAC_STATE", phase);
        }
        Session::start(&mut command)
    };
    let migrate = |product: &Product| Session::start(&mut product.command("live/acme", "./migrate-state", &[product::ENVIRONMENT]));
    let kept =
        |product: &Product, unit: &str| product.path(&format!("live/acme/.bootstrap/{}/mgmt/{unit}/tofu.tfstate", product::ENVIRONMENT));
    let units = ["net", "fw", "keys", "nodes"];

    // 1. Without anything that serves, the state is beside root.hcl, and encrypted.
    all(&product, Some("bootstrap"), &["apply", "-input=false"]).ends(0);
    assert_eq!(product.take_log().len(), 8);
    for unit in units {
        let text = fs::read_to_string(kept(&product, unit)).unwrap();
        assert!(text.contains("encrypted_data") && !text.contains("terraform_data"), "{unit}");
    }
    all(&product, Some("bootstrap"), &["plan", "-detailed-exitcode"]).ends(0);

    // 3. Forgotten: nothing is planned anew.
    product.consul.resume();
    product.consul.answers();
    let refused = "the state of infrac/locks/acme/staging/mgmt/net is still in";
    product.terragrunt("net", &["plan"]).fails().says(refused);
    product.apply("net").fails().says(refused).says("run migrate-state, or set INFRAC_STATE=bootstrap");
    assert_eq!(product.log(), Vec::<String>::new());

    // Interrupted between the copy and the note of it, as well as before: it goes on.
    let serial = |unit: &str| product.state(unit)["serial"].clone();
    let text = fs::read(kept(&product, "net")).unwrap();
    migrate(&product).ends(0).says("staging/mgmt/nodes");
    for unit in units {
        assert!(!kept(&product, unit).exists() && kept(&product, unit).with_extension("tfstate.moved").exists(), "{unit}");
    }
    all(&product, None, &["plan", "-detailed-exitcode", "-lock=false"]).ends(0);
    let first = serial("net");
    migrate(&product).ends(0);
    assert_eq!(serial("net"), first);
    fs::write(kept(&product, "net"), &text).unwrap();
    migrate(&product).ends(0);
    assert_eq!(serial("net"), first);
    assert!(!kept(&product, "net").exists());

    // The store has moved on since: which of them holds is for a person to say, and both stay.
    product.set("trial", "second");
    product.apply("net").ends(0);
    let second = serial("net");
    fs::write(kept(&product, "net"), &text).unwrap();
    migrate(&product).ends(1).says("the object store has a state of staging/mgmt/net, and .bootstrap another");
    assert_eq!(fs::read(kept(&product, "net")).unwrap(), text);
    fs::remove_file(kept(&product, "net")).unwrap();
    assert_eq!(serial("net"), second);
    product.set("trial", "first");
    product.apply("net").ends(0);
}
