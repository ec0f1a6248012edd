//! A product as pipelines see it: what each environment is made of, in which order, and what its jobs may read.

mod credentials;
mod of_plans;
mod systems;

pub use credentials::SSH_KEY;
pub use of_plans::{approved, of_plans};
pub use systems::{System, action, place_of, short_role};

use crate::base::Text;
use crate::plan::JobVariable;
use crate::value::SecretForm;
use std::collections::{BTreeMap, BTreeSet};

/// A product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// Its name.
    pub name: Text,
    /// The path of its source.
    pub source: Text,
    /// The products that it stands on.
    pub after: BTreeSet<Text>,
    /// The systems of CI that work on it.
    pub systems: Vec<System>,
    /// In their order.
    pub environments: Vec<Environment>,
}

/// An environment of a product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: Text,
    /// How many environments pipelines change before it, of this product and of those that it stands on.
    pub rank: usize,
    /// Whether its state is where pipelines can reach it.
    pub ready: bool,
    /// Whether a person lets each change in.
    pub approve: bool,
    /// Whether nothing in it is destroyed by a plan.
    pub protected: bool,
    /// Where its credentials come from.
    pub store: Option<Store>,
    /// Whether the system of CI itself keeps them: the product has a place for its states, and names nobody who keeps secrets.
    pub by_system: bool,
    /// Its accounts that know jobs by their tokens, by the provider instances that they are called by.
    pub accounts: BTreeMap<Text, Account>,
    /// What is made for its services and kept there, by what it belongs to and its name.
    pub made: BTreeMap<Text, BTreeMap<Text, SecretForm>>,
    /// What its services read there that somebody has put there.
    pub given: BTreeSet<Secret>,
    /// How a machine of CI joins its private network.
    pub network: Option<Network>,
    /// The folder of its inventory.
    pub inventory: Text,
    /// Its stacks, each behind what it needs.
    pub phases: Vec<Phase>,
    /// Its units, each with the units whose outputs it needs.
    pub units: BTreeMap<Text, BTreeSet<Text>>,
    /// The images that its machines start from.
    pub images: Vec<Image>,
    /// What clients of its services read from the environment, such as addresses.
    pub variables: Vec<(Text, Text)>,
    /// What jobs may read, by the role that they take on: `plan`, `drift`, `apply`, `image-<provider>`.
    pub roles: BTreeMap<Text, Vec<Credential>>,
    /// The files and folders that it is made from.
    pub reads: BTreeSet<Text>,
}

impl Environment {
    /// Whether a job could read what it needs.
    pub fn is_served(&self) -> bool {
        self.store.is_some() || self.by_system
    }
}

/// A store of secrets that knows the jobs of CI by their identity token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// Who the token is for.
    pub audience: Text,
    /// What its client reads from the environment, such as the address.
    pub variables: Vec<(Text, Text)>,
    /// The variable that the client reads its own token from.
    pub token: Text,
    /// The variable that names the file with the certificate of the store's authority.
    pub authority: Option<Text>,
    /// Takes the identity token on its input and prints the client's; `{role}` in it is who asks.
    pub login: Vec<Text>,
    /// Logs an operator in.
    pub enter: Vec<Text>,
    /// Makes the store believe the tokens of a system of CI: `{system}`, `{issuer}`.
    pub trust: Vec<Invocation>,
    /// Makes a role: `{role}`, `{path}`.
    pub permit: Vec<Invocation>,
    /// Lets jobs of a system take on a role: `{system}`, `{role}`, `{audience}`, `{claims}`.
    pub grant: Vec<Invocation>,
    /// Prints, one a line, who may take on something at a system, `{system}`; it fails where the store does not know the system.
    pub granted: Vec<Text>,
    /// Takes that back: `{system}`, `{role}`.
    pub revoke: Vec<Text>,
    /// Prints the roles that there are, one a line.
    pub permitted: Vec<Text>,
    /// Removes a role: `{role}`.
    pub forbid: Vec<Text>,
    /// Prints a secret; `{path}` and `{field}` in it say which.
    pub read: Vec<Text>,
    /// Succeeds where there is a secret: `{path}`.
    pub kept: Vec<Text>,
    /// Keeps what it is given where there is none: `{path}`.
    pub keep: Vec<Text>,
}

/// An account that knows the jobs of CI by the tokens that their system signs. Placeholders stand in its texts: `{role}`, `{short}`,
/// `{system}`, `{token}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// For whom such a token is.
    pub audience: Text,
    /// What is set in jobs.
    pub variables: Vec<JobVariable>,
    /// What roles may do, by the part of their name before a provider.
    pub rights: BTreeMap<Text, Vec<Text>>,
    /// Makes the account believe a system: `{issuer}`, `{host}`.
    pub trust: Vec<Invocation>,
    /// Makes a role that jobs take on: `{subjects}`, `{claims}`, `{right}`.
    pub grant: Vec<Invocation>,
    /// How a claim is written: `{claim}`, `{value}`.
    pub claim: Text,
    /// What stands between two claims.
    pub between: Text,
    /// Prints, one a line, the roles that there are.
    pub granted: Vec<Text>,
    /// Takes one back.
    pub revoke: Vec<Text>,
}

/// A command of a store's client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The command; placeholders stand in its words.
    pub run: Vec<Text>,
    /// What it reads, with placeholders.
    pub input: Option<Text>,
    /// It is left out where this one succeeds.
    pub unless: Vec<Text>,
}

/// The way into a private network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// The product whose network it is: runners that are in it have its name as their label.
    pub of: Text,
    /// What is installed.
    pub packages: Vec<Text>,
    /// Where the configuration lies.
    pub file: Text,
    /// What is run then.
    pub up: Vec<Text>,
}

/// The units of a stack, or its services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub stack: Text,
    /// The folder of its units, if it has any.
    pub folder: Option<Text>,
    /// Its playbook, if it has services.
    pub playbook: Option<Text>,
}

/// An image that an environment bakes on one of its providers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Its name.
    pub image: Text,
    /// The provider instance.
    pub provider: Text,
    /// The folder of the template.
    pub template: Text,
    /// The variables that the builder itself reads from the environment.
    pub credentials: Vec<Text>,
    /// The file with what this environment says of it.
    pub variables: Text,
    /// The files and folders that it is made from.
    pub reads: BTreeSet<Text>,
}

/// A secret that a job reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credential {
    /// The value of a variable.
    Variable(Text, Secret),
    /// The content of a file that a variable names.
    File(Text, Secret),
    /// The two keys of an object store, as a profile of that name.
    Profile(Text, Secret, Secret),
    /// Nothing: an account of that name knows the job by its token.
    Token {
        /// The account.
        account: Text,
        /// Whether no other account is worked in, so that its variables have the names that are read.
        alone: bool,
    },
}

impl Credential {
    /// What is read for it.
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Credential::Variable(_, secret) | Credential::File(_, secret) => vec![secret],
            Credential::Profile(_, access, secret) => vec![access, secret],
            Credential::Token { .. } => Vec::new(),
        }
    }
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// Its path in the store.
    pub path: Text,
    /// The field in it.
    pub field: Text,
}

impl Secret {
    /// The last part of its path: what the secret is of.
    pub fn thing(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}
