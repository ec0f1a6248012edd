//! `BOOTSTRAP.md`: what an operator does in the first run of an environment, and when a machine is added or replaced. Its blocks of
//! commands are run by a test, one after the other, in one shell at the root of the repository.

use super::jobs::pipelines;
use super::{elsewhere, first_secrets, machines, renewal};
use crate::artifact::shell::Word;
use crate::artifact::{Error, header};
use crate::base::Text;
use crate::hir::items;
use crate::plan::names::{Leads, NeededName};
use crate::plan::{First, Image, Plan, Tool};
use crate::target::common::delivery::{Product, of_plans};
use crate::target::common::secrets::{self, Place, Sources};
use crate::target::common::word;
use crate::value::{Scheme, SecretForm, Value};
use std::collections::{BTreeMap, BTreeSet};

const CHOOSE: &str = "Choose the environment:\n\n```sh\nenvironment=<environment>\n```\n";

const READY: &str = "Add the environment to `ready` of `state`, compile, and commit: from then on the pipelines work on it.\n";

/// `BOOTSTRAP.md`; `branch` is the one that pipelines work on.
pub(super) fn guide(plan: &Plan, first: &First, branch: &str) -> Result<String, Error> {
    let product = &plan.product.name.text;
    let stacks: Vec<String> = first.stacks.iter().map(|name| format!("`{name}`")).collect();
    let introduction = match plan.serves_itself() {
        // A module that keeps states, such as a bucket, has no machines.
        true if !has_machines(plan, first) => format!(
            "The states of {product} are kept by {stacks}, which these units make. So the first run of an environment keeps its state beside\n\
             `root.hcl`, encrypted and out of version control, until there is a place for it.\n",
            stacks = stacks.join(", "),
        ),
        true => format!(
            "State, locks and secrets of {product} are served and reached by {stacks}, whose machines these units create. So the first run of\n\
             an environment keeps its state beside `root.hcl`, encrypted and out of version control, until there is a place for it.\n",
            stacks = stacks.join(", "),
        ),
        false => elsewhere::introduction(plan),
    };
    let mut guide = format!(
        "<!-- {header} -->\n\
         # The first run of {product}\n\
         \n\
         {introduction}\
         \n\
         All commands run in one shell, at the root of the repository, with the tools that `mise install` brings; {needs}\n\
         environments of GitHub {gh}. The shell has to know:\n\
         \n\
         | variable | what it is |\n\
         |---|---|\n",
        needs = match machines::way_in(plan).and_then(|way| way.up().next().cloned()) {
            Some(client) => format!("the tunnel needs `{client}`, and the"),
            None => "the".to_owned(),
        },
        gh = if machines::way_in(plan).is_some() { "`gh`" } else { "need `gh`" },
        header = header(&plan.product.path),
    );
    for (variables, what) in variables(plan) {
        guide.push_str(&format!("| {variables} | {what} |\n"));
    }
    let steps = if plan.serves_itself() { steps(plan, first, branch) } else { elsewhere::steps(plan, branch).0 };
    for (at, step) in steps.iter().enumerate() {
        let number = format!("{}. ", at + 1);
        let margin = " ".repeat(number.len());
        let lines = step.trim_end().lines().map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") });
        guide.push_str(&format!("\n{number}{}\n", lines.collect::<Vec<_>>().join("\n").trim_start()));
    }
    guide.push_str(match plan.state() {
        Some(_) => "\nA unit whose state was left in `.bootstrap` is refused, never planned anew. Keep `.bootstrap` until a plan shows no change.\n",
        None => "\nThe states are in `.bootstrap`: whoever loses it has to import everything that was made.\n",
    });
    guide.push_str(&replacement(plan));
    guide.push_str(&renewal::section(plan)?);
    Ok(guide)
}

/// What an operator's shell has to know, with what it is.
fn variables(plan: &Plan) -> Vec<(String, String)> {
    let credentials = plan.providers().flat_map(|provider| plan.credentials(provider));
    let credentials: BTreeSet<String> = credentials.map(|variable| format!("`{}`", variable.held)).collect();
    let mut rows = vec![
        (credentials.into_iter().collect::<Vec<_>>().join(", "), "credentials of the providers".to_owned()),
        ("`ANSIBLE_REMOTE_USER`".to_owned(), "the account of `operators` that you are; its key is where SSH looks for keys".to_owned()),
    ];
    if let Some(profile) = plan.state_store().and_then(items::StateStore::profile) {
        let profile = profile.replacen(&format!("-{}-", plan.environment), "-<environment>-", 1);
        rows.push((
            "`AWS_SHARED_CREDENTIALS_FILE`".to_owned(),
            format!("a file with the profile `{profile}`: the key of the bucket that keeps the states, once it is served"),
        ));
    }
    let read: Vec<String> =
        plan.state_store().into_iter().flat_map(items::StateStore::credentials).map(|(variable, _)| format!("`{variable}`")).collect();
    if !read.is_empty() {
        rows.push((read.join(", "), "what opens the store of the states".to_owned()));
    }
    if let Some(token) = plan.lock().and_then(items::Lock::token) {
        rows.push((format!("`{token}`"), "the token that may take the locks, once they are served".to_owned()));
    }
    let sources = Sources::of(plan);
    if let Some(store) = sources.store.as_ref().filter(|_| sources.scheme == Scheme::Vault) {
        rows.extend(store.token.as_ref().map(|token| {
            (format!("`{token}`"), "a token of the store of secrets, once that is served: playbooks read with it".to_owned())
        }));
        rows.extend(store.authority.as_ref().map(|authority| {
            let file = format!("live/{}/.bootstrap/<environment>.pem", plan.product.name.text);
            (format!("`{authority}`"), format!("the whole path of `{file}`, by which playbooks know that store"))
        }));
    }
    if sources.bootstrap == Scheme::Sops {
        let what = "the key of age that opens what sops encrypts; `.sops.yaml` beside the sources names its public half";
        rows.push(("`SOPS_AGE_KEY`".to_owned(), what.to_owned()));
    }
    rows
}

/// What is done, in order.
fn steps(plan: &Plan, first: &First, branch: &str) -> Vec<String> {
    let product = &plan.product.name.text;
    let mut steps = vec![CHOOSE.to_owned()];
    if !first_secrets::first(plan).is_empty() {
        steps.push(first_secrets_are_made(plan));
    }
    steps.push(passphrase());
    steps.extend(images(plan, first));
    let (delegated, foreign, what) = match has_machines(plan, first) {
        true => (delegation(plan, first), foreign_names(plan, first), "the machines"),
        // Nobody calls them by a name of the product.
        false => (String::new(), String::new(), "what will keep it"),
    };
    let filters = filters(plan, first).join(" ");
    steps.push(format!(
        "Keep the state here for now, and make {what}:\n\
         \n\
         ```sh\n\
         export INFRAC_STATE=bootstrap\n\
         (cd \"live/{product}/$environment\" && terragrunt run --all {filters} -- apply)\n\
         ```\n\
         {delegated}{foreign}"
    ));
    if has_machines(plan, first) {
        steps.push(configure(plan, first));
    }
    steps.extend(tunnel(plan));
    if machines::are_signed(plan) {
        steps.push(format!(
            "Let pipelines know the machines: sign their keys.\n\
             \n\
             ```sh\n\
             awk -v first=\"^{product}-$environment-({stacks})-\" '$1 ~ first {{ print $1 }}' \"live/{product}/$environment/machines\" |\n\
             \x20 xargs live/{product}/sign-hosts \"$environment\"\n\
             ```\n",
            stacks = first.stacks.iter().map(|stack| stack.replace('_', "-")).collect::<Vec<_>>().join("|"),
        ));
    }
    steps.push(format!(
        "Move the states, and look that nothing would change:\n\
         \n\
         ```sh\n\
         unset INFRAC_STATE\n\
         live/{product}/migrate-state \"$environment\"\n\
         (cd \"live/{product}/$environment\" && terragrunt run --all {filters} -- plan)\n\
         ```\n"
    ));
    let delivered = of_plans(std::slice::from_ref(plan));
    steps.extend(made(&delivered));
    steps.extend(given(plan));
    steps.extend(rest(plan, first));
    steps.extend(pipelines(plan, &delivered, branch));
    steps.push(READY.to_owned());
    steps
}

/// What does not come first: pipelines enter no machine whose key nobody has signed.
fn rest(plan: &Plan, first: &First) -> Option<String> {
    let product = &plan.product.name.text;
    let is_left = |stack: &Text| plan.units.iter().any(|unit| unit.stack == *stack && !first.units.contains(&unit.path));
    let mut lines = String::new();
    for phases in plan.phases.chunk_by(|one, next| one.tool == next.tool) {
        let stacks = phases.iter().map(|phase| &phase.stack);
        if phases.iter().any(|phase| phase.tool == Tool::Ansible) {
            lines.extend(stacks.filter(|stack| !first.stacks.contains(*stack)).map(|stack| playbook(product, "", &word(stack))));
        } else {
            let filters: Vec<String> = stacks.filter(|stack| is_left(stack)).map(|stack| format!("--filter './{stack}/**'")).collect();
            if !filters.is_empty() {
                let filters = filters.join(" ");
                lines.push_str(&format!("(cd \"live/{product}/$environment\" && terragrunt run --all {filters} -- apply)\n"));
            }
        }
    }
    if lines.is_empty() {
        return None;
    }
    let on = providers_of_first(plan, first);
    let baked: String = plan.used_images().filter(|image| !on.contains(&image.instance)).map(|image| bake(plan, image)).collect();
    let sign = match machines::are_signed(plan) && plan.hosts.iter().any(|host| !first.stacks.contains(&host.stack)) {
        true => format!("live/{product}/sign-hosts \"$environment\"\n"),
        false => String::new(),
    };
    Some(format!(
        "Make what is left, in the same way: pipelines go on from there, and enter no machine whose key nobody has signed.\n\
         \n\
         ```sh\n\
         {baked}{lines}{sign}```\n"
    ))
}

/// The provider instances on which something comes first.
fn providers_of_first<'p>(plan: &'p Plan, first: &First) -> BTreeSet<&'p Text> {
    plan.units.iter().filter(|unit| first.units.contains(&unit.path)).map(|unit| &unit.provider_instance).collect()
}

/// Whether what comes first runs on machines, which have to be configured.
fn has_machines(plan: &Plan, first: &First) -> bool {
    plan.services.iter().any(|service| first.stacks.contains(&service.stack))
}

/// How states and plans are encrypted.
pub(super) fn passphrase() -> String {
    "Choose the passphrase of states and plans. Keep it where the first secrets are: without it no state can be read again, by nobody.\n\
         OpenTofu reads the variable, which looks like this, in every shell that works here:\n\
         \n\
         ```sh\n\
         passphrase=$(openssl rand -base64 32)\n\
         export TF_ENCRYPTION='\n\
         key_provider \"pbkdf2\" \"passphrase\" { passphrase = \"'\"$passphrase\"'\" }\n\
         method \"aes_gcm\" \"passphrase\" { keys = key_provider.pbkdf2.passphrase }\n\
         state { method = method.aes_gcm.passphrase }\n\
         plan { method = method.aes_gcm.passphrase }\n\
         '\n\
         ```\n"
        .to_owned()
}

/// What is done, one step after the other.
pub(super) struct Steps<'p>(pub Vec<String>, &'p Plan, Product);

impl<'p> Steps<'p> {
    /// The first one: an environment is chosen.
    pub(super) fn new(plan: &'p Plan) -> Steps<'p> {
        Steps(vec![CHOOSE.to_owned()], plan, of_plans(std::slice::from_ref(plan)))
    }

    pub(super) fn push(&mut self, step: String) {
        self.0.push(step);
    }

    /// The secrets that have to be there before anything is made.
    pub(super) fn first_secrets(&mut self) {
        self.0.push(first_secrets_are_made(self.1));
    }

    /// The secrets of services, which are there before these are configured.
    pub(super) fn made(&mut self) {
        self.0.extend(made(&self.2));
        self.0.extend(given(self.1));
    }

    /// What pipelines need.
    pub(super) fn pipelines(&mut self, branch: &str) {
        self.0.extend(pipelines(self.1, &self.2, branch));
        if self.1.state().is_some() {
            self.0.push(READY.to_owned());
        }
    }
}

/// How the zones that the first run makes become those that resolvers ask.
pub(super) fn delegation(plan: &Plan, first: &First) -> String {
    let product = &plan.product.name.text;
    let mut domains = BTreeSet::new();
    // Two zones of one name, such as an edge's and the one that takes over, are not delegated both.
    let is_first = |path: &&Text| domain_of(plan, path).is_none_or(|domain| domains.insert(domain));
    let zones: Vec<&Text> = first.units.iter().filter(|path| makes_names(plan, path)).filter(is_first).collect();
    if zones.is_empty() {
        return String::new();
    }
    let commands: String = zones
        .iter()
        .map(|path| format!("(cd \"live/{product}/$environment/{}\" && terragrunt output -json name_servers)\n", word(path)))
        .collect();
    format!(
        "\nThe names of the next steps are answered by the zone that was made, once it is delegated. Enter its name servers at the registrar of\n\
         the domain; those of a subdomain as `NS` records in the zone above it. Go on when a resolver gives them: `dig NS <domain>`.\n\
         \n\
         ```sh\n\
         {commands}```\n"
    )
}

/// The names that the next steps need and no zone of the product holds: somebody else has to make them.
pub(super) fn foreign_names(plan: &Plan, first: &First) -> String {
    let needed = plan.needed_names();
    let foreign: Vec<&NeededName> = needed.iter().filter(|needed| plan.zone_of(&needed.name).is_none()).collect();
    if foreign.is_empty() {
        return String::new();
    }
    let product = &plan.product.name.text;
    // The guide is one for all environments: their domains and names differ.
    let of_any = |text: &str| {
        let domain = plan.said().domain().map_or("", Text::as_str);
        let text = if domain.is_empty() { text.to_owned() } else { text.replace(domain, "<domain>") };
        text.replace(&format!("-{}-", plan.environment), "-<environment>-")
    };
    let (mut rows, mut later) = (BTreeSet::new(), BTreeSet::new());
    for needed in foreign {
        let mut is_made = true;
        let leads = match &needed.leads {
            Leads::Public(host) => {
                let unit = plan.hosts.iter().find(|of| of.name == *host).map(|of| format!("{}/{}", of.stack, of.unit)).unwrap_or_default();
                is_made = first.units.iter().any(|path| *path == unit);
                format!("the public address of `{}`: `public_ips` of `live/{product}/<environment>/{unit}`", of_any(host))
            }
            Leads::Private(_) => {
                let stack = plan.services.iter().find(|of| of.instance == needed.service).map(|of| of.stack.clone()).unwrap_or_default();
                format!("the private addresses of the machines of `{stack}`, which stand in `live/{product}/<environment>/machines`")
            }
        };
        let rows = if is_made { &mut rows } else { &mut later };
        rows.insert(format!("| `{}` | {leads} |\n", of_any(&needed.name)));
    }
    if rows.is_empty() {
        return String::new();
    }
    let later = match later.is_empty() {
        true => String::new(),
        false => format!(
            "\nThese follow once their machines are made, before somebody configures them:\n\n| name | leads to |\n|---|---|\n{}",
            later.into_iter().collect::<String>()
        ),
    };
    format!(
        "\nNo zone of {product} holds the names of the next steps. Whoever keeps the domain makes them now, as records of the kind `A`;\n\
         `terragrunt output -json public_ips` prints an address that is known since the apply.\n\
         \n\
         | name | leads to |\n\
         |---|---|\n\
         {}{later}",
        rows.into_iter().collect::<String>()
    )
}

/// The domain of the zone that a unit makes.
fn domain_of<'p>(plan: &'p Plan, path: &Text) -> Option<&'p Text> {
    let unit = plan.units.iter().find(|unit| unit.path == *path)?;
    plan.instance(unit.instance)?.block::<items::DnsZone<'_>>()?.domain()
}

/// Whether a unit says that it makes names.
fn makes_names(plan: &Plan, path: &Text) -> bool {
    let unit = plan.units.iter().find(|unit| unit.path == *path);
    let instance = unit.and_then(|unit| plan.instances.get(unit.instance.0 as usize));
    instance.and_then(|of| of.fields.get("resolves")).and_then(Value::as_list).is_some_and(|names| !names.is_empty())
}

/// The playbooks of the stacks that come first, in their order.
fn configure(plan: &Plan, first: &First) -> String {
    let product = &plan.product.name.text;
    let configured = first.stacks.iter().filter(|stack| plan.services.iter().any(|service| service.stack == **stack));
    let playbooks: String = configured.map(|stack| playbook(product, "", &word(stack))).collect();
    let variables = variables_of_first_secrets(plan);
    format!(
        "Configure the machines, the way in first. The first secrets come from where they are kept. SSH shows the fingerprint of each\n\
         machine that it meets for the first time.\n\
         \n\
         ```sh\n\
         {variables}export ANSIBLE_CONFIG=\"$PWD/ansible/ansible.cfg\"\n\
         ./ci/collections.sh\n\
         {playbooks}```\n"
    )
}

/// What reads in the variables that keep the first secrets, where variables do.
pub(super) fn variables_of_first_secrets(plan: &Plan) -> String {
    match Sources::of(plan).bootstrap {
        Scheme::Env | Scheme::Vault if !first_secrets::first(plan).is_empty() => {
            format!(". \"live/{}/.bootstrap/$environment.env\"\n", plan.product.name.text)
        }
        _ => String::new(),
    }
}

pub(super) fn playbook(product: &str, limit: &str, stack: &str) -> String {
    let name = word(product);
    format!("ansible-playbook --inventory \"ansible/inventory/{name}/$environment\" {limit}ansible/playbooks/{name}/{stack}.yml\n")
}

/// How somebody joins the private network, where there is a way in that has clients.
fn tunnel(plan: &Plan) -> Option<String> {
    let way = machines::way_in(plan)?;
    let (product, file) = (&plan.product.name.text, way.file()?);
    let group = word(&plan.gates().first()?.stack);
    let name = word(product);
    if let Some(fetch) = fetched(way.fetch()) {
        return Some(format!(
            "Join the private network: the stores of state, locks and secrets are there. The gate has made what your client reads, with a key\n\
             of its own: keep it as you keep the key of SSH. `OPERATOR` is the name of your entry in `operators`.\n\
             \n\
             ```sh\n\
             ansible {group} --inventory \"ansible/inventory/{name}/$environment\" --become \\\n  \
               --module-name ansible.builtin.command --args \"{fetch}\" | sed 1d | sudo install -D --mode=0600 /dev/stdin {file}\n\
             sudo {up}\n\
             ```\n",
            up = words(way.up())?,
        ));
    }
    way.client()?;
    Some(format!(
        "Join the private network: the stores of state, locks and secrets are there. Your public key is `tunnel` of your entry in\n\
         `operators`; `TUNNEL_KEY` names the file with the private one, `OPERATOR` is the name of the entry. What the client reads lies in\n\
         `live/{product}/<environment>/way-in.conf`, with everybody's addresses.\n\
         \n\
         ```sh\n\
         identity=$(ansible {group} --inventory \"ansible/inventory/{name}/$environment\" --become \\\n  \
           --module-name ansible.builtin.command --args '{identity}' | tail -n 1)\n\
         address=$(sed -n \"s/^# $OPERATOR //p\" \"live/{product}/$environment/way-in.conf\")\n\
         sed -e '/^#/d' -e \"s|{{identity}}|$identity|\" -e \"s|{{address}}|$address|\" -e \"s|{{key}}|$(cat \"$TUNNEL_KEY\")|\" \\\n  \
           \"live/{product}/$environment/way-in.conf\" | sudo install -D --mode=0600 /dev/stdin {file}\n\
         sudo {up}\n\
         ```\n",
        identity = words(way.identity())?,
        up = words(way.up())?,
    ))
}

/// A command on the gate, between double quotes of the shell: `$OPERATOR` is who asks.
fn fetched<'v>(words: impl Iterator<Item = &'v Text>) -> Option<String> {
    let is_plain = |part: &str| part.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-=:@".contains(letter));
    let words: Vec<String> =
        words.map(|word| word.split("{client}").all(is_plain).then(|| word.replace("{client}", "$OPERATOR"))).collect::<Option<_>>()?;
    (!words.is_empty()).then(|| words.join(" "))
}

/// A command as a line of the shell.
fn words<'v>(words: impl Iterator<Item = &'v Text>) -> Option<String> {
    let words = words.map(|word| Some(Word::literal(word).ok()?.as_str().to_owned())).collect::<Option<Vec<_>>>()?;
    Some(words.join(" "))
}

/// The images that the first machines start from: nobody has baked them yet.
fn images(plan: &Plan, first: &First) -> Option<String> {
    let on = providers_of_first(plan, first);
    let lines: String = plan.used_images().filter(|image| on.contains(&image.instance)).map(|image| bake(plan, image)).collect();
    let config = "export ANSIBLE_CONFIG=\"$PWD/ansible/ansible.cfg\"\n";
    (!lines.is_empty()).then(|| format!("Bake the images that the first machines start from:\n\n```sh\n{config}{lines}```\n"))
}

/// The command that bakes an image, with the credentials of its account where several have variables of the same names.
pub(super) fn bake(plan: &Plan, image: &Image) -> String {
    let credentials = plan.provider(&image.instance).map(|provider| plan.credentials(provider)).unwrap_or_default();
    let own = credentials.iter().filter(|of| of.held != of.read);
    let own: String = own.map(|of| format!("{}=\"${}\" ", of.read, of.held)).collect();
    format!("{own}./ci/image.sh {} \"$environment\" {} {}\n", plan.product.name.text, image.name, image.instance)
}

/// What is made for services and kept where the product keeps its secrets.
fn made(product: &Product) -> Option<String> {
    let environment = product.environments.first()?;
    environment.store.as_ref().filter(|store| !store.keep.is_empty() && !environment.made.is_empty())?;
    Some(format!(
        "Make the secrets of the product's services, and again after each change that adds one; what is there is never replaced.\n\
         \n\
         ```sh\n\
         \"live/{}/$environment/credentials/make-secrets.sh\"\n\
         ```\n",
        product.name
    ))
}

/// What services read and nobody here makes: whoever has it puts it where they look.
fn given(plan: &Plan) -> Option<String> {
    let sources = Sources::of(plan);
    let places = secrets::referred(plan).into_iter().map(|secret| sources.place(secret));
    let of_any = |path: &str| path.replace(&format!("/{}/", plan.environment), "/<environment>/");
    let rows: BTreeSet<String> = places
        .map(|place| match &place {
            Place::Entry { mount, path, field } => {
                format!("| `{mount}/{}`, field `{field}` | the product's store of secrets |\n", of_any(path))
            }
            Place::Variable(name) => format!("| `{name}` | the environment of the shell that runs Ansible |\n"),
            place => format!("| `{}` | {} |\n", of_any(&place.path()), place.keeper()),
        })
        .collect();
    (!rows.is_empty()).then(|| {
        format!(
            "Put there what services read and nobody here makes. Pipelines read what is in the product's store of secrets:\n\
             \n\
             | secret | where it is kept |\n\
             |---|---|\n\
             {}",
            rows.into_iter().collect::<String>()
        )
    })
}

fn first_secrets_are_made(plan: &Plan) -> String {
    let product = &plan.product.name.text;
    let kept = match Sources::of(plan).bootstrap {
        Scheme::Op => format!("They are kept in 1Password, in the vault `{product}-<environment>`: make it, and sign in with `op signin`."),
        Scheme::Sops => format!("They are kept in `ansible/secrets/{product}/<environment>.yml`, encrypted by sops: commit it."),
        Scheme::Env | Scheme::Vault => {
            "They are written to `.bootstrap/<environment>.env`, which is read in where Ansible runs: keep it safe.\n\
             A secret that a change adds later is added to it by hand, made by the line that the script has for it then."
                .to_owned()
        }
    };
    let authority = first_secrets::first(plan).values().flat_map(BTreeMap::values).any(|form| *form == SecretForm::Authority);
    let authority = if authority {
        "\nAmong them is the authority that signs the certificates of the product's services and the keys of its machines. Its own,\n\
         `.bootstrap/<environment>.pem`, is no secret: give it to who else works here. `root.hcl` looks for it there.\n"
    } else {
        ""
    };
    format!("Make its first secrets. {kept}\n\n```sh\nlive/{product}/first-secrets \"$environment\"\n```\n{authority}")
}

/// How a machine is replaced, or comes to those that are there.
fn replacement(plan: &Plan) -> String {
    let product = &plan.product.name.text;
    if plan.hosts.is_empty() {
        return String::new();
    }
    let sign =
        if machines::are_signed(plan) { format!("live/{product}/sign-hosts \"$environment\" \"$machine\"\n") } else { String::new() };
    format!(
        "\n# A machine is replaced\n\
         \n\
         A new image, key or account changes no machine that is there: replace one after the other, and let a quorum find itself again in\n\
         between. `unit` is the folder of the unit that makes it, such as `{unit}`. Where the environment is `protected`, nothing in it is\n\
         destroyed: take it out of that list for this change first. SSH still knows the machine's former key. What stands on the\n\
         machine's address or volumes, such as records, rules and attachments, changes with it: so all units are applied behind it.\n\
         \n\
         What serves or leads to states, locks and secrets cannot be replaced from behind itself: neither a gate that is the only way\n\
         in, nor a management stack of one machine, whose data is on it. Add a second one first.\n\
         \n\
         ```sh\n\
         export ANSIBLE_CONFIG=\"$PWD/ansible/ansible.cfg\"\n\
         environment=<environment> machine=<machine> stack=<stack> unit=<stack>/<unit>\n\
         address=$(cd \"live/{product}/$environment/$unit\" && terragrunt state list | grep -F \"[\\\"$machine\\\"]\")\n\
         (cd \"live/{product}/$environment/$unit\" && terragrunt apply \"-replace=$address\")\n\
         (cd \"live/{product}/$environment\" && terragrunt run --all {early}-- apply)\n\
         {variables}ssh-keygen -R \"$(awk -v name=\"$machine\" '$1 == name {{ print $2 }}' \"live/{product}/$environment/machines\")\" || true\n\
         {sign}{playbook}```\n\
         \n\
         A machine that a change adds is made by the pipeline, which then waits for it and fails: it does not know it yet. {known}\n",
        variables = variables_of_first_secrets(plan),
        unit = plan
            .units
            .iter()
            .find(|unit| plan.hosts.iter().any(|host| host.stack == unit.stack && host.unit == unit.name))
            .map_or("", |unit| &unit.path),
        playbook = playbook(product, "--limit \"$machine\" ", "$stack")
            .replace("/$stack.yml", "/$stack.yml\"")
            .replace(" ansible/playbooks", " \"ansible/playbooks"),
        // What stands on a service is not asked for while a machine of it is new.
        early = plan.late().map(|stack| format!("--filter '!./{stack}/**' ")).collect::<String>(),
        known = if sign.is_empty() { "Make its key known there." } else { "Run `sign-hosts` for\nit, then the job again." },
    )
}

/// What Terragrunt calls the units: a stack as a whole where all of it is meant.
fn filters(plan: &Plan, first: &First) -> Vec<String> {
    let mut found = Vec::new();
    for unit in &plan.units {
        let filter = match plan.units.iter().filter(|other| other.stack == unit.stack).all(|other| first.units.contains(&other.path)) {
            true => format!("--filter './{}/**'", unit.stack),
            false if first.units.contains(&unit.path) => format!("--filter './{}'", unit.path),
            false => continue,
        };
        if !found.contains(&filter) {
            found.push(filter);
        }
    }
    found
}
