//! The catalogue of codes. Each has a page in `docs/codes/`, which `infrac explain` prints.

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $code:literal $name:literal;)*) => {
        /// A stable code with its kebab-case name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// `IC0403`.
            pub fn id(self) -> &'static str { match self { $(Code::$variant => $code),* } }

            /// `04`: what it is about, as the catalogue is parted.
            pub fn family(self) -> &'static str { self.id().get(2..4).unwrap_or_default() }

            /// `cidr-overlap`.
            pub fn name(self) -> &'static str { match self { $(Code::$variant => $name),* } }

            /// The code of that name or number.
            pub fn named(name: &str) -> Option<Code> {
                Code::ALL.iter().copied().find(|code| code.name() == name || code.id() == name)
            }

            /// What it means, in one sentence.
            pub fn summary(self) -> &'static str { match self { $(Code::$variant => concat!($($doc),*).trim_ascii()),* } }

            /// Where its page is read in a browser: the one address of terminals, reports and editors.
            pub fn url(self) -> &'static str {
                match self { $(Code::$variant => concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/codes/", $code, ".md")),* }
            }

            /// The page that explains it, in Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("../../docs/codes/", $code, ".md"))),* }
            }
        }
    };
}

codes! {
    // 00: text and syntax.
    /// A character or a literal that the language does not have.
    InvalidToken = "IC0001" "invalid-token";
    /// Something else was expected here.
    UnexpectedToken = "IC0002" "unexpected-token";
    /// A bracket, brace or quote without its partner.
    Unclosed = "IC0003" "unclosed";
    /// A limit of nesting, size or length.
    LimitExceeded = "IC0004" "limit-exceeded";
    /// An attribute or declaration that stands twice in one body.
    Duplicate = "IC0005" "duplicate";

    // 01: names.
    /// A name that nothing declares.
    UnknownName = "IC0101" "unknown-name";
    /// A keyword or a block that is not allowed here.
    UnknownBlock = "IC0102" "unknown-block";
    /// An attribute that the body does not have.
    UnknownAttribute = "IC0103" "unknown-attribute";
    /// A definition (module, service, stack, provider, image …) that does not exist.
    UnknownDefinition = "IC0104" "unknown-definition";
    /// A field that a value does not have.
    UnknownField = "IC0105" "unknown-field";
    /// A function that does not exist, or arguments that it does not take.
    UnknownFunction = "IC0106" "unknown-function";
    /// A required attribute, input, label or block is missing.
    Missing = "IC0107" "missing";
    /// A type that does not exist.
    UnknownType = "IC0108" "unknown-type";
    /// A name that a target tool reserves, or that a machine has already.
    ReservedName = "IC0109" "reserved-name";
    /// An environment that the product does not have.
    UnknownEnvironment = "IC0110" "unknown-environment";

    // 02: types.
    /// A value of one type where another is needed.
    TypeMismatch = "IC0201" "type-mismatch";
    /// A value that a refinement or a check refuses.
    CheckFailed = "IC0202" "check-failed";
    /// A literal that is not of its domain: host bits in a CIDR, a port over 65535.
    InvalidLiteral = "IC0203" "invalid-literal";
    /// A value that only a tool will know, where the compiler needs it.
    DeferredValue = "IC0204" "deferred-value";
    /// An expression that the tool which needs it cannot say: lift it by a `let`.
    NotExpressible = "IC0205" "not-expressible";
    /// Attributes that need each other.
    AttributeCycle = "IC0206" "attribute-cycle";
    /// Division by zero, an index out of range, an overflow.
    EvaluationFailed = "IC0207" "evaluation-failed";
    /// A `match` that leaves a member out.
    NotExhaustive = "IC0208" "not-exhaustive";
    /// A value that may be absent where it must be there.
    OptionalValue = "IC0209" "optional-value";

    // 03: the provider's schema.
    /// A resource type that the provider's schema does not have.
    UnknownResource = "IC0301" "unknown-resource";
    /// An attribute or block that the resource does not have.
    UnknownResourceAttribute = "IC0302" "unknown-resource-attribute";
    /// A required attribute of a resource is missing.
    MissingResourceAttribute = "IC0303" "missing-resource-attribute";
    /// An attribute that only the provider sets.
    ComputedAttribute = "IC0304" "computed-attribute";

    // 04: the whole program.
    /// Two networks that can meet overlap.
    CidrOverlap = "IC0401" "cidr-overlap";
    /// No room is left in a range.
    RangeExhausted = "IC0402" "range-exhausted";
    /// An address outside its subnet, or reserved there.
    AddressReserved = "IC0403" "address-reserved";
    /// Two services listen on one port of one host.
    PortClash = "IC0404" "port-clash";
    /// Two hosts, units, records or files of one name.
    DuplicateName = "IC0405" "duplicate-name";
    /// A name that is too long, or has letters that its target refuses, after expansion.
    InvalidName = "IC0407" "invalid-name";
    /// Something that the provider cannot do.
    MissingCapability = "IC0408" "missing-capability";
    /// A module has no implementation for the provider that it runs on.
    NotImplemented = "IC0409" "not-implemented";
    /// State, locks or secrets are served by what needs them first.
    BootstrapCycle = "IC0410" "bootstrap-cycle";
    /// Stacks that need each other.
    StackCycle = "IC0411" "stack-cycle";
    /// A licence that the policy refuses.
    Licence = "IC0412" "licence";
    /// A secret that would be written into a file.
    SecretExposed = "IC0413" "secret-exposed";
    /// An image that no build makes for this provider and architecture.
    ImageNotBuilt = "IC0414" "image-not-built";
    /// A reference to a group, host, stack or secret that nothing makes.
    DanglingReference = "IC0415" "dangling-reference";
    /// An administration port faces the internet.
    PublicAdministration = "IC0416" "public-administration";
    /// Locks that the object store cannot keep.
    SilentLock = "IC0417" "silent-lock";
    /// A waiver that waives nothing.
    UnusedWaiver = "IC0418" "unused-waiver";
    /// A fallback is missing, unknown, or weaker.
    FallbackMissing = "IC0419" "fallback-missing";
    /// A protocol or setting that is insecure by name.
    Insecure = "IC0420" "insecure";
    /// A path that who needs it cannot reach.
    UnreachablePath = "IC0421" "unreachable-path";
    /// A log that grows for ever.
    UnrotatedLog = "IC0422" "unrotated-log";
    /// A stage of a pipeline that reads what it must not.
    StageAccess = "IC0423" "stage-access";
    /// A connection that has to come about and has no way: into a machine, out of one, between two networks.
    NoRoute = "IC0426" "no-route";
    /// A pipeline that a system of CI would refuse, or of which a part would do nothing.
    InvalidPipeline = "IC0430" "invalid-pipeline";

    // 05: the project and the files.
    /// `infra.toml`, a manifest or a source cannot be read.
    InvalidProject = "IC0501" "invalid-project";
    /// A file in the way that infrac does not own, or that a person edited.
    NotOwned = "IC0502" "not-owned";
    /// A generated file that is not what the sources give.
    OutOfDate = "IC0504" "out-of-date";

    // 06: what was allocated.
    /// `infra.lock` holds what infrac would not have written.
    LockUnreadable = "IC0601" "lock-unreadable";
    /// A line of `infra.lock` contradicts another one, or what it was taken from.
    LockConflict = "IC0602" "lock-conflict";
    /// `infra.lock` is not beside a product that was built, or beside no product.
    LockMissing = "IC0603" "lock-missing";
    /// What the lock holds would change or be given up.
    Renumbered = "IC0604" "renumbered";
}
