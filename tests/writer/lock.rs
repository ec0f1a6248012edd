//! `infra.lock`: what runs is not renumbered without a word, whatever becomes of the lock or the sources. The command itself, with real
//! merges of git.

use super::program::{Program, Snapshot, differences, git_succeeds, lasting};
use std::fs;

const LOCK: &str = "inventory/shop/infra.lock";
const PRODUCT: &str = "inventory/shop/product.infra";
const WEB: &str = "inventory/shop/web.infra";

const SHOP: &str = r#"product shop {
  domain       = "shop.example.com"
  in staging { domain = "staging.shop.example.com" }
  owner        = "ops@shop.example.com"
  environments = [staging, prod]
  protected    = [prod]
  ranges       = { staging = 10.1.0.0/16, prod = 10.0.0.0/16 }
  operators    = [{ name = "ada", key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada" }]
}

provider hetzner eu { region = fsn1 }
provider aws us {
  region  = us-east-1
  account = "111122223333"
  in staging { account = "444455556666" }
}
"#;

/// A product of two environments, of which `prod` is protected, with one stack; built.
fn shop() -> Program {
    let program = Program::empty();
    program.put("infra.toml", "name = \"shop\"\nedition = \"2026\"\noutput = \"generated\"\n");
    program.put(".gitignore", "generated/\n");
    program.put(PRODUCT, SHOP);
    program.put(WEB, "stack compute web { on = eu, servers = 3 }\n");
    program.build();
    program
}

/// Everything but what is of this machine alone.
fn files(program: &Program) -> Snapshot {
    lasting(program.snapshot())
}

/// `check`, `build --check` and `build` all fail with this code and say these words; nothing is written.
#[track_caller]
fn refused(program: &Program, code: &str, words: &[&str]) {
    let before = files(program);
    for arguments in [&["check"][..], &["build", "--check"], &["build"]] {
        let answer = program.run(arguments);
        assert_eq!(answer.code, Some(1), "{arguments:?} {answer:?}");
        let said = answer.words();
        for word in words.iter().chain([&code]) {
            assert!(said.contains(word), "{arguments:?}: no {word:?} in\n{said}");
        }
    }
    assert_eq!(differences(&before, &files(program)), Vec::<String>::new());
}

/// The build succeeds and says these words; the next one has nothing more to say.
#[track_caller]
fn told(program: &Program, arguments: &[&str], words: &[&str]) {
    let answer = program.run(arguments);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    let said = answer.words();
    for word in words {
        assert!(said.contains(word), "no {word:?} in\n{said}");
    }
    let answer = program.run(&["check", "--no-cache"]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(0), ""), "{answer:?}");
    assert!(answer.err.starts_with("no problems"), "{answer:?}");
}

/// What the lock holds for a key.
fn held(program: &Program, key: &str) -> Option<String> {
    let lock = program.read(LOCK);
    lock.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ").map(str::to_owned))
}

/// A branch that adds a stack in a file of its own, and what a build makes of it.
fn branch(program: &Program, stack: &str) {
    git_succeeds(&program.root, &["checkout", "--quiet", "-b", stack, "main"]);
    program.put(&format!("inventory/shop/{stack}.infra"), &format!("stack compute {stack} {{ on = eu, keys = [web.operator_keys] }}\n"));
    program.build();
    git_succeeds(&program.root, &["add", "--all"]);
    git_succeeds(&program.root, &["commit", "--quiet", "--message", stack]);
}

/// Two branches that each took one range for a stack of its own, and what git makes of them without a conflict.
fn merged() -> Program {
    let program = shop();
    git_succeeds(&program.root, &["init", "--quiet", "--initial-branch", "main"]);
    git_succeeds(&program.root, &["add", "--all"]);
    git_succeeds(&program.root, &["commit", "--quiet", "--message", "base"]);
    branch(&program, "alpha");
    branch(&program, "zeta");
    // Where a new network begins to look for a place depends on its name; these two would rarely meet.
    let lock = program.read(LOCK);
    git_succeeds(&program.root, &["checkout", "--quiet", "alpha"]);
    let moved = ["prod", "staging"].iter().fold(lock, |lock, environment| {
        let network = |lock: &str, stack: &str| {
            let key = format!("{environment}/{stack}.range@eu = ");
            let line = lock.lines().find_map(|line| line.strip_prefix(key.as_str())).unwrap();
            line.rsplit_once('.').unwrap().0.to_owned()
        };
        let (mine, theirs) = (network(&lock, "zeta"), network(&program.read(LOCK), "alpha"));
        lock.replace(&format!("= {mine}."), &format!("= {theirs}."))
    });
    git_succeeds(&program.root, &["checkout", "--quiet", "zeta"]);
    program.put(LOCK, &moved);
    // It is what a build would leave alone.
    program.build();
    assert_eq!(program.read(LOCK), moved);
    git_succeeds(&program.root, &["commit", "--quiet", "--all", "--allow-empty", "--message", "moved"]);
    git_succeeds(&program.root, &["merge", "--quiet", "--no-edit", "alpha"]);
    program
}

#[test]
fn a_clean_merge_of_two_branches_renumbers_nobody() {
    let program = merged();
    let range = held(&program, "prod/alpha.range@eu").unwrap();
    refused(
        &program,
        "IC0602",
        &[
            &format!("`alpha` and `zeta` of prod hold both {range}"),
            &format!("prod/alpha.range@eu = {range}"),
            &format!("prod/zeta.range@eu = {range}"),
            "infrac build --renumber shop/prod/zeta",
        ],
    );
    let alpha = held(&program, "prod/alpha.nodes/shop-prod-alpha-nodes-0@eu");
    told(
        &program,
        &["build", "--renumber", "shop/prod/zeta", "--renumber", "shop/staging/zeta"],
        &["of prod hold both", "`zeta` gets another place"],
    );
    assert_eq!(held(&program, "prod/alpha.range@eu"), Some(range.clone()));
    assert_eq!(held(&program, "prod/alpha.nodes/shop-prod-alpha-nodes-0@eu"), alpha);
    assert_ne!(held(&program, "prod/zeta.range@eu"), Some(range));
}

#[test]
fn deleting_the_lines_of_one_owner_is_as_good() {
    let program = merged();
    let range = held(&program, "prod/zeta.range@eu");
    let lock = program.read(LOCK);
    program.put(LOCK, &lock.lines().filter(|line| !line.contains("/alpha.")).map(|line| format!("{line}\n")).collect::<String>());
    told(&program, &["build"], &[]);
    assert_eq!(held(&program, "prod/zeta.range@eu"), range);
    assert_ne!(held(&program, "prod/alpha.range@eu"), range);
}

#[test]
fn an_unfinished_merge_is_named() {
    let program = shop();
    let lock = program
        .read(LOCK)
        .replace("prod/web.range@eu = 10.0.0.0/20\n", "<<<<<<< HEAD\nprod/web.range@eu = 10.0.0.0/20\n=======\n>>>>>>> other\n");
    program.put(LOCK, &lock);
    refused(&program, "IC0601", &["the conflict markers of a merge"]);
}

/// A line of the lock, what it becomes, the code, and a piece of the message.
const DAMAGES: [(&str, &str, &str, &str); 14] = [
    ("staging/web.range@eu = 10.1.0.0/20", "staging/web.range@eu = 10.7.0.0/20", "IC0602", "lies outside 10.1.0.0/16"),
    ("staging/web.range@eu = 10.1.0.0/20", "staging/web.range@eu = 10.1.0.0/21", "IC0602", "is no /20"),
    (
        "staging/web.range@eu = 10.1.0.0/20",
        "staging/web.range@eu = 10.1.32.0/20",
        "IC0602",
        "lies outside 10.1.32.0/20, the network of `web`",
    ),
    ("staging/web.range@eu = 10.1.0.0/20", "staging/web.range@eu = 10.1.0.1/20", "IC0601", "has host bits"),
    ("staging/web.range@eu = 10.1.0.0/20", "staging/web.range@eu 10.1.0.0/20", "IC0601", "is no entry"),
    ("staging/web.range@eu = 10.1.0.0/20", "staging web.range@eu = 10.1.0.0/20", "IC0601", "is no key that infrac writes"),
    ("nodes-1@eu = 10.1.0.3", "nodes-1@eu = 10.1.0.2", "IC0602", "two lines of `web` in staging hold both 10.1.0.2"),
    ("nodes-1@eu = 10.1.0.3", "nodes-1@eu = 10.9.0.3", "IC0602", "lies outside 10.1.0.0/20, the network of `web`"),
    ("nodes-1@eu = 10.1.0.3", "nodes-1@eu = 10.1.0.1", "IC0602", "is kept for something else"),
    ("nodes-1@eu = 10.1.0.3", "nodes-1@eu = 10.1.0.333", "IC0601", "is no IPv4 address"),
    ("staging/web.range@eu = 10.1.0.0/20", "staging/web.rang@eu = 10.1.0.0/20", "IC0602", "belongs to nothing: `web` asks for no `rang`"),
    ("staging/web.range@eu = 10.1.0.0/20", "staging/wob.range@eu = 10.1.0.0/20", "IC0602", "of which the lock has no line"),
    ("staging/web.nodes/shop-staging-web-nodes-1@eu", "staging/web.node/shop-staging-web-nodes-1@eu", "IC0602", "`web` asks for no `node`"),
    ("format 1.", "format 9.", "IC0601", "has format 9"),
];

#[test]
fn a_damaged_line_moves_nobody() {
    let program = shop();
    let lock = program.read(LOCK);
    for (from, to, code, words) in DAMAGES {
        let place = lock.rfind(from).unwrap_or_else(|| panic!("{from} in\n{lock}"));
        program.put(LOCK, &format!("{}{to}{}", &lock[..place], &lock[place + from.len()..]));
        refused(&program, code, &[words]);
    }
    program.put(LOCK, &lock);
    assert_eq!(program.run(&["build", "--check"]).code, Some(0));
}

#[test]
fn a_lock_that_is_cut_off_is_refused_and_line_ends_of_windows_are_read() {
    let program = shop();
    let lock = program.read(LOCK);
    program.put(LOCK, &lock[..lock.len() - 3]);
    refused(&program, "IC0601", &["ends in the middle of a line"]);
    program.put(LOCK, "");
    refused(&program, "IC0601", &["the lock is empty"]);
    program.put(LOCK, &format!("\u{feff}{lock}"));
    refused(&program, "IC0601", &["byte order mark"]);
    // Git may have made them: the same lock, which is no reason to write it.
    let windows = lock.replace('\n', "\r\n");
    program.put(LOCK, &windows);
    assert_eq!(program.run(&["check"]).code, Some(0));
    assert_eq!(program.run(&["build", "--check"]).code, Some(0));
    program.build();
    assert_eq!(program.read(LOCK), windows);
}

#[test]
fn a_lock_that_is_lost_is_taken_back_or_given_up_by_name() {
    let program = shop();
    let lock = program.read(LOCK);
    fs::remove_file(program.path(LOCK)).unwrap();
    let words = ["`shop` was built", "version control", "infrac build --renumber shop"];
    refused(&program, "IC0603", &words);
    // The generated files alone say it, too.
    fs::remove_file(program.path("generated/.infrac/shop.json")).unwrap();
    let answer = program.run(&["build", "--adopt"]);
    assert!(answer.code == Some(1) && answer.words().contains("IC0603"), "{answer:?}");
    told(&program, &["build", "--adopt", "--renumber", "shop"], &["everything gets its place anew"]);
    assert_eq!(program.read(LOCK), lock);
}

#[test]
fn a_lock_without_its_product_is_told() {
    let program = shop();
    program.put("inventory/other/infra.lock", &program.read(LOCK));
    refused(&program, "IC0603", &["`inventory/other` has a lock and no product"]);
}

#[test]
fn what_the_source_renumbers_is_told_and_refused_where_it_is_protected() {
    let program = shop();
    program.edit(PRODUCT, "staging = 10.1.0.0/16", "staging = 10.5.0.0/16");
    let words = ["`web` of staging is renumbered: 10.1.0.0/20 becomes 10.5.0.0/20, and 3 places more", "becomes 10.5.0.2"];
    told(&program, &["build"], &words);
    program.edit(PRODUCT, "prod = 10.0.0.0/16", "prod = 10.6.0.0/16");
    let words =
        ["`web` of prod is renumbered: 10.0.0.0/20 becomes 10.6.0.0/20", "prod is protected", "infrac build --renumber shop/prod/web"];
    refused(&program, "IC0604", &words);
    let misspelt = program.run(&["build", "--renumber", "shop/prod/wbe"]);
    assert_eq!(misspelt.code, Some(2));
    assert!(misspelt.words().contains("did you mean `shop/prod/web`?"), "{misspelt:?}");
    assert_eq!(program.run(&["build", "--renumber", "shop/staging"]).code, Some(1));
    assert_eq!(program.run(&["build", "--check", "--renumber", "shop/prod/web"]).code, Some(1));
    told(&program, &["build", "--renumber", "shop/prod/web"], &["10.0.0.0/20 becomes 10.6.0.0/20"]);
    // The range that everything lies in may grow, and nobody moves.
    program.edit(PRODUCT, "prod = 10.6.0.0/16", "prod = 10.6.0.0/15");
    told(&program, &["build"], &[]);
    assert_eq!(held(&program, "prod/web.range@eu").as_deref(), Some("10.6.0.0/20"));
}

#[test]
fn a_stack_that_moves_to_another_provider_is_told() {
    let program = shop();
    program.edit(WEB, "on = eu", "on = us");
    refused(&program, "IC0604", &["`web` of prod is renumbered: 10.0.0.0/20 becomes 10.0."]);
    told(&program, &["build", "--renumber", "shop/prod/web"], &["`web` of staging is renumbered: 10.1.0.0/20 becomes 10.1."]);
}

#[test]
fn a_stack_or_environment_does_not_vanish() {
    let program = shop();
    program.put("inventory/shop/more.infra", "stack compute api { on = eu, keys = [web.operator_keys] }\n");
    program.build();
    let whole = program.read(LOCK);
    program.put("inventory/shop/more.infra", "");
    refused(&program, "IC0604", &["`api` of prod is gone", "is given up", "the product has no `api` any more"]);
    program.put("inventory/shop/more.infra", "stack compute api { on = eu, keys = [web.operator_keys], only = [staging] }\n");
    refused(&program, "IC0604", &["`api` of prod is gone", "`api` is not in prod any more"]);
    program.put("inventory/shop/more.infra", "stack compute api { on = eu, keys = [web.operator_keys], only = [prod] }\n");
    told(&program, &["build"], &["`api` of staging is gone"]);
    assert!(held(&program, "staging/api.range@eu").is_none() && held(&program, "prod/api.range@eu").is_some());
    program.put("inventory/shop/more.infra", "stack compute api { on = eu, keys = [web.operator_keys] }\n");
    program.build();
    assert_eq!(program.read(LOCK), whole);

    // An environment that is gone has to be named whatever it was: nobody can tell any more.
    program.edit(PRODUCT, "environments = [staging, prod]", "environments = [prod]");
    program.edit(PRODUCT, "staging = 10.1.0.0/16, ", "");
    program.edit(PRODUCT, "  in staging { domain = \"staging.shop.example.com\" }\n", "");
    program.edit(PRODUCT, "  in staging { account = \"444455556666\" }\n", "");
    refused(&program, "IC0604", &["of `staging`, which `shop` does not have any more", "infrac build --renumber shop/staging"]);
    told(&program, &["build", "--renumber", "shop/staging"], &["of `staging`"]);
}

#[test]
fn scaling_is_free_and_gives_the_same_bytes() {
    let program = shop();
    let before = files(&program);
    program.edit(WEB, "servers = 3", "servers = 5");
    told(&program, &["build"], &[]);
    program.edit(WEB, "servers = 5", "servers = 3");
    told(&program, &["build"], &["`shop-prod-web-nodes-3`, `shop-prod-web-nodes-4` leave `web` of prod, and nobody else is renumbered"]);
    assert_eq!(differences(&before, &files(&program)), Vec::<String>::new());
}

#[test]
fn a_range_that_is_written_down_as_it_is_moves_nobody() {
    let program = shop();
    program.put(WEB, "stack compute web {\n  on      = eu\n  servers = 3\n  in prod { range = 10.0.0.0/20 }\n}\n");
    told(&program, &["build"], &[]);
    program.edit(WEB, "10.0.0.0/20", "10.0.64.0/20");
    refused(&program, "IC0604", &["10.0.0.2 becomes 10.0.64.2"]);
}

#[test]
fn a_product_that_is_renamed_takes_no_addresses_along() {
    let program = shop();
    program.edit(PRODUCT, "product shop", "product store");
    refused(&program, "IC0604", &["`web` of prod is renumbered", "infrac build --renumber store/prod/web"]);
}

#[test]
fn locks_of_other_products_are_left_alone() {
    let program = shop();
    let other = SHOP
        .replace("product shop", "product office")
        .replace("shop.example", "office.example")
        .replace("10.1.0.0", "10.3.0.0")
        .replace("10.0.0.0", "10.2.0.0");
    program.put("inventory/office/product.infra", &other);
    program.put("inventory/office/web.infra", "stack compute web { on = eu }\n");
    program.build();
    let broken = format!("{}nonsense\n", program.read(LOCK));
    program.put(LOCK, &broken);
    program.edit("inventory/office/web.infra", "on = eu", "on = eu, servers = 3");
    assert_eq!(program.run(&["build", "--product", "office"]).code, Some(0));
    assert_eq!(program.read(LOCK), broken);
    refused(&program, "IC0601", &["is no entry"]);
}

#[test]
fn the_cache_hides_nothing() {
    let program = shop();
    let lock = program.read(LOCK);
    assert_eq!(program.build().err, program.build().err);
    program.put(LOCK, &lock.replace("staging/web.range@eu = 10.1.0.0/20", "staging/web.range@eu = 10.7.0.0/20"));
    refused(&program, "IC0602", &["lies outside"]);
    fs::remove_file(program.path(LOCK)).unwrap();
    refused(&program, "IC0603", &["`shop` was built"]);
}

/// A tunnel that operators enter by.
fn with_operators(program: &Program, names: &[&str]) {
    let operator = |name: &&str| {
        format!(
            "{{ name = \"{name}\", key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 {name}\", \
             tunnel = \"pu2n5Upix9TACHWQEWGsPf0erUmuMJLK8ca0GnaYk/E=\" }}"
        )
    };
    let list: Vec<String> = names.iter().map(operator).collect();
    let at = SHOP.find("  operators").unwrap();
    let end = at + SHOP[at..].find('\n').unwrap();
    let waiver = "\n  waive source-available {\n    on      = [consul]\n    because = \"a test\"\n  }";
    program.put(PRODUCT, &format!("{}  operators    = [{}]{waiver}{}", &SHOP[..at], list.join(", "), &SHOP[end..]));
}

#[test]
fn an_operator_who_leaves_renumbers_no_other() {
    let program = shop();
    with_operators(&program, &["ada", "bob", "cleo"]);
    program.put("inventory/shop/mgmt.infra", "stack management mgmt { on = eu }\nstack vpn access { on = eu, reaches = [mgmt] }\n");
    program.put(WEB, "stack compute web { on = eu, public = true, gates = [access], keys = [mgmt.keys] }\n");
    program.run(&["check"]);
    program.build();
    let address = |program: &Program, name: &str| held(program, &format!("prod/access.addresses/{name}@eu"));
    let (first, second, third) = (address(&program, "ada"), address(&program, "bob"), address(&program, "cleo"));
    assert!(first.as_ref().is_some_and(|first| first.ends_with(".2")) && third.as_ref().is_some_and(|third| third.ends_with(".4")));
    with_operators(&program, &["bob", "cleo"]);
    told(&program, &["build"], &["`ada` leaves `access` of prod, and nobody else is renumbered"]);
    assert_eq!((address(&program, "ada"), address(&program, "bob"), address(&program, "cleo")), (None, second.clone(), third.clone()));
    let peers = program.read("generated/ansible/inventory/shop/prod/group_vars/access/wireguard.yml");
    let written: Vec<&str> = peers.lines().filter_map(|line| line.trim().strip_prefix("address: ")).collect();
    assert_eq!(written[written.len() - 2..], [second.as_deref().unwrap(), third.as_deref().unwrap()], "{peers}");
    with_operators(&program, &["dan", "bob", "cleo"]);
    told(&program, &["build"], &[]);
    assert_eq!((address(&program, "dan"), address(&program, "bob"), address(&program, "cleo")), (first, second, third));
}

#[test]
fn a_lock_of_anything_is_bounded() {
    let program = shop();
    let lock = program.read(LOCK);
    let stale: String = (0..40_000).map(|at| format!("staging/s{at}.nodes/s{at}@eu = 10.1.{}.{}\n", 16 + at / 250, 1 + at % 250)).collect();
    program.put(LOCK, &format!("{lock}{stale}"));
    let answer = program.run(&["check"]);
    assert!(answer.code == Some(0) && answer.out.len() < 100_000, "{:?} {}", answer.code, answer.out.len());
    program.put(LOCK, &format!("{lock}{}\n", "x".repeat(10 << 20)));
    let answer = program.run(&["check"]);
    assert!(answer.code == Some(1) && answer.out.len() < 10_000, "{:?} {}", answer.code, answer.out.len());
}

/// Lines that are lost are not taken for those of something new: an earlier build left its files.
#[test]
fn a_line_that_is_lost_renumbers_nobody() {
    let program = shop();
    program
        .put(WEB, "stack compute web { on = eu, servers = 3 }\nstack compute api { on = eu, servers = 2, keys = [web.operator_keys] }\n");
    program.build();
    let lock = program.read(LOCK);
    let without = |lost: &dyn Fn(&str) -> bool| lock.lines().filter(|line| !lost(line)).map(|line| format!("{line}\n")).collect::<String>();
    let all_of_a_stack = |line: &str| line.starts_with("prod/api.");
    let one_machine = |line: &str| line.starts_with("prod/web.") && line.contains("-nodes-1@");
    for lost in [&all_of_a_stack as &dyn Fn(&str) -> bool, &one_machine, &|line| line.starts_with("staging/") && line.contains("-nodes-0@")]
    {
        program.put(LOCK, &without(lost));
        refused(&program, "IC0603", &["was built", "lines of it are lost", "--renumber shop/"]);
    }
    program.put(LOCK, &without(&|line| line.starts_with("prod")));
    refused(&program, "IC0603", &["`web` of prod was built", "`api` of prod was built"]);
    // Taken back, nothing has changed; named, it begins anew.
    program.put(LOCK, &lock);
    told(&program, &["build"], &["up to date"]);
    program.put(LOCK, &without(&all_of_a_stack));
    told(&program, &["build", "--renumber", "shop/prod/api"], &[]);
    // What was never built is new.
    program.put(
        WEB,
        "stack compute web { on = eu, servers = 4 }\nstack compute api { on = eu, servers = 2, keys = [web.operator_keys] }\n\
         stack compute more { on = eu, keys = [web.operator_keys] }\n",
    );
    told(&program, &["build"], &["wrote"]);
}
