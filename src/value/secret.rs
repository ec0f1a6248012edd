//! Where a secret is and what it is made of, never what it is.

use crate::base::Text;

/// A reference to a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// Written in the source: `scheme:path#field`.
    Reference {
        /// Who keeps it.
        scheme: Scheme,
        /// What the scheme makes of it.
        path: Text,
        /// The field in it.
        field: Option<Text>,
    },
    /// Made for one product and environment, and kept where that keeps its secrets.
    Generated {
        /// What it belongs to: `consul`.
        thing: Text,
        /// Which one of that: `gossip`.
        name: Text,
        /// What it is made of.
        form: SecretForm,
        /// Whether the store itself needs it: then it comes from the bootstrap source.
        bootstrap: bool,
    },
}

/// The form of a generated secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretForm {
    /// So many random bytes, in base64.
    Base64(u16),
    /// So many random bytes, in hexadecimal.
    Hex(u16),
    /// A random UUID.
    Uuid,
    /// A certificate in PEM that may sign others, for the private key of the same thing.
    Authority,
    /// A private key in PEM.
    PrivateKey,
}

/// Who keeps a secret that a source refers to. What each is called is part of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// A variable of the environment.
    Env,
    /// 1Password.
    Op,
    /// A file that sops encrypts.
    Sops,
    /// An engine of keys and values behind the interface of Vault.
    Vault,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Scheme; 4] = [Scheme::Env, Scheme::Op, Scheme::Sops, Scheme::Vault];

    /// Their names.
    pub const NAMES: [&'static str; 4] = [Scheme::Env.name(), Scheme::Op.name(), Scheme::Sops.name(), Scheme::Vault.name()];

    /// What references begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::Env => "env",
            Scheme::Op => "op",
            Scheme::Sops => "sops",
            Scheme::Vault => "vault",
        }
    }

    /// The scheme of that name; `bootstrap` of a product says the tool's, and `local` for variables of the operator's shell.
    pub fn of(name: &str) -> Option<Scheme> {
        match name {
            "onepassword" => Some(Scheme::Op),
            "local" => Some(Scheme::Env),
            name => Scheme::ALL.into_iter().find(|scheme| scheme.name() == name),
        }
    }
}
