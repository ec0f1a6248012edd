//! Functions that know the whole program: the plan computes them, here stands what they take and give.

use super::{Form, Function, one, optional};
use crate::ty::Ty;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "allocate_range",
        doc: "A network of that prefix length in `range` that nothing else has. It is recorded in `infra.lock`.",
        parameters: &[one("range", Form::Ty(Ty::Cidr)), one("prefix", Form::Ty(Ty::Int))],
        result: Form::Ty(Ty::Cidr),
        evaluate: None,
    },
    Function {
        name: "allocate_address",
        doc: "An address of `range` for the thing of that name, which keeps it whatever comes and goes beside it; none lies before `first`. It is recorded in `infra.lock`.",
        parameters: &[one("range", Form::Ty(Ty::Cidr)), one("name", Form::Ty(Ty::String)), optional("first", Form::Ty(Ty::Ip))],
        result: Form::Ty(Ty::Ip),
        evaluate: None,
    },
    Function {
        name: "allocate",
        doc: "A number from `first` to `last` for the thing of that key, which keeps it whatever comes and goes beside it. No two keys of a field have one, and no two of a `pool` in an environment of the product where that is named. It is recorded in `infra.lock`.",
        parameters: &[
            one("first", Form::Ty(Ty::Int)),
            one("last", Form::Ty(Ty::Int)),
            one("key", Form::Ty(Ty::String)),
            optional("pool", Form::Ty(Ty::String)),
        ],
        result: Form::Ty(Ty::Int),
        evaluate: None,
    },
    Function {
        name: "host",
        doc: "A machine with a private address of its own in `subnet`. The address is recorded in `infra.lock`.",
        parameters: &[one("name", Form::Ty(Ty::String)), one("subnet", Form::Named("subnet")), one("arch", Form::Named("Arch"))],
        result: Form::Named("host"),
        evaluate: None,
    },
    Function {
        name: "subnet",
        doc: "A part of a network in one zone.",
        parameters: &[one("key", Form::Ty(Ty::String)), one("zone", Form::Ty(Ty::String)), one("range", Form::Ty(Ty::Cidr))],
        result: Form::Named("subnet"),
        evaluate: None,
    },
    Function {
        name: "rules_for",
        doc: "What must be able to reach these machines: the ports of the services on them, for those who refer to the services.",
        parameters: &[one("hosts", Form::List(&Form::Named("host")))],
        result: Form::List(&Form::Named("rule")),
        evaluate: None,
    },
    Function {
        name: "clients_of",
        doc: "The machines of every service that refers to a service.",
        parameters: &[one("service", Form::Instance("service"))],
        result: Form::List(&Form::Named("host")),
        evaluate: None,
    },
    Function {
        name: "builds",
        doc: "Whether an image exists for a provider and an architecture: a stock one, or one that a build makes.",
        parameters: &[
            one("image", Form::Definition("image")),
            one("provider", Form::Instance("provider")),
            one("arch", Form::Named("Arch")),
        ],
        result: Form::Ty(Ty::Bool),
        evaluate: None,
    },
    Function {
        name: "secret",
        doc: "A reference to a secret, `scheme:path#field`: `env:TOKEN`, `op://vault/item/field`, `vault:kv/db#password`.",
        parameters: &[one("reference", Form::Ty(Ty::String))],
        result: Form::Secret,
        evaluate: None,
    },
    Function {
        name: "generated",
        doc: "A secret that is made once for each product and environment, by what it belongs to and its name: so many random bytes in Base64 or hexadecimal, a UUID, or a private key or the certificate of an authority in PEM.",
        parameters: &[
            one("path", Form::Ty(Ty::String)),
            optional("bytes", Form::Ty(Ty::Int)),
            optional("hex", Form::Ty(Ty::Int)),
            optional("uuid", Form::Ty(Ty::Bool)),
            optional("pem", Form::Named("Pem")),
        ],
        result: Form::Secret,
        evaluate: None,
    },
    Function {
        name: "secret_file",
        doc: "The path of a file on the machine that holds the secret and that only its user can read.",
        parameters: &[one("secret", Form::Secret)],
        result: Form::Ty(Ty::Path),
        evaluate: None,
    },
];
