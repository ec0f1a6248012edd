//! The table, and the views of what the passes behind `resolve` read.

use super::{Form, Item, Read, Values, View, Wanted};
use crate::base::{Ports, Text};
use crate::value::{InstanceId, Scheme, Secret, Value};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// Declares items: the form, the names, the view where there is one, and each field with its type in the library. What can be read from
/// the view is `one T`, `each T` of a list, or `pairs T` of a map by text.
macro_rules! items {
    ($(# $doc:tt $form:ident $path:tt $(as $view:ident)? has $fields:tt)*) => {
        /// All of them.
        pub const ITEMS: &[Item] = &[$(Item { form: Form::$form, path: &$path, fields: items!(@fields $fields) }),*];

        $($(items! { @view $view $path $doc $fields })?)*
    };

    (@fields { $($field:ident: $ty:literal $(=> $how:ident $read:ty)?;)* }) => {
        &[$(Wanted { name: stringify!($field), ty: $ty }),*]
    };

    (@view $view:ident $path:tt $doc:tt { $($field:ident: $ty:literal $(=> $how:ident $read:ty)?;)* }) => {
        # $doc
        #[derive(Clone, Copy, Debug)]
        pub struct $view<'v>(Values<'v>);

        impl<'v> View<'v> for $view<'v> {
            const NAME: &'static str = last(&$path);

            fn over(values: Values<'v>) -> Self {
                $view(values)
            }
        }

        impl<'v> $view<'v> {
            $($(items! { @read $how $field $ty $read })?)*
        }
    };

    (@read one $field:ident $ty:literal $read:ty) => {
        #[doc = concat!("`", stringify!($field), ": ", $ty, "`")]
        pub fn $field(self) -> Option<$read> {
            Read::read(self.0.get(stringify!($field))?)
        }
    };

    (@read each $field:ident $ty:literal $read:ty) => {
        #[doc = concat!("The elements of `", stringify!($field), ": ", $ty, "`")]
        pub fn $field(self) -> impl Iterator<Item = $read> {
            self.0.get(stringify!($field)).and_then(Value::as_list).into_iter().flatten().filter_map(Read::read)
        }
    };

    (@read pairs $field:ident $ty:literal $read:ty) => {
        #[doc = concat!("The entries of `", stringify!($field), ": ", $ty, "`")]
        pub fn $field(self) -> impl Iterator<Item = (&'v Text, $read)> {
            let entries = self.0.get(stringify!($field)).and_then(Value::as_map).into_iter().flatten();
            entries.filter_map(|(key, value)| Some((key, Read::read(value)?)))
        }
    };
}

const fn last(path: &[&'static str]) -> &'static str {
    path[path.len() - 1]
}

items! {
    /// A part of a network in one zone.
    Record ["subnet"] as Subnet has {
        key: "string" => one &'v Text;
        zone: "string" => one &'v Value;
        range: "cidr" => one IpNet;
    }
    /// A machine.
    Record ["host"] as Host has {
        name: "string" => one &'v Text;
        address: "ip" => one IpAddr;
        subnet: "subnet" => one Subnet<'v>;
        arch: "Arch" => one &'v Text;
        zone: "string";
        fqdn: "fqdn" => one &'v Text;
    }
    /// Who may open a connection to what.
    Record ["rule"] as Rule has {
        name: "string" => one &'v Text;
        direction: "Direction" => one &'v Text;
        port: "protocol" => one &'v Ports;
        sources: "list(cidr)" => each IpNet;
        public: "bool" => one bool;
        reason: "string" => one &'v Text;
    }
    /// A port at which a machine of another network lets operators through.
    Record ["entry_point"] as EntryPoint has {
        name: "string" => one &'v Text;
        port: "port" => one i64;
    }
    /// A rule of a machine's own firewall.
    Record ["inbound_rule"] as InboundRule has {
        name: "string" => one &'v Text;
        port: "protocol" => one &'v Ports;
        ipv4: "list(cidr)" => each IpNet;
        ipv6: "list(cidr)" => each IpNet;
    }
    /// A set of DNS records.
    Record ["RecordSet"] as RecordSet has {
        kind: "RecordKind" => one &'v Text;
        name: "string" => one &'v Text;
        values: "list(deferred(string))" => each &'v Value;
    }
    /// A volume, as the service sees that keeps its data there.
    Record ["volume"] has {
        label: "string";
        path: "path";
        size: "bytes";
        devices: "string";
    }
    /// A person who operates a product.
    Record ["operator"] as Operator has {
        name: "string" => one &'v Text;
        key: "string";
        tunnel: "string?";
    }
    /// A vendor's list of checksums.
    Record ["Signed"] has {
        list: "string";
        signature: "string";
        key: "string";
        fingerprint: "string";
    }
    /// A command with what it reads.
    Record ["Invocation"] as Invocation has {
        run: "list(string)" => each &'v Text;
        input: "string?" => one &'v Text;
        unless: "list(string)?" => each &'v Text;
    }
    /// A request to an API.
    Record ["Request"] has {
        url: "string";
        method: "string";
        headers: "map(secret(string))";
        body: "any";
        authority: "path?";
        expect: "list(int)";
    }

    /// What a product says.
    Kind ["product"] as Product has {
        domain: "fqdn" => one &'v Text;
        owner: "email";
        environments: "list(name)";
        ranges: "map(cidr)" => pairs IpNet;
        operators: "list(operator)" => each Operator<'v>;
        protected: "list(name)" => each &'v Text;
        approve: "list(name)?" => each &'v Text;
        exports: "list(any)";
    }
    /// Where the state of a product's units is.
    Block ["product", "state"] as State has {
        store: "any" => one InstanceId;
        lock: "service?" => one InstanceId;
        bootstrap: "Bootstrap?" => one Scheme;
        ready: "list(name)" => each &'v Text;
    }
    /// Where the secrets of a product are.
    Block ["product", "secrets"] as Secrets has {
        store: "service" => one InstanceId;
        bootstrap: "Bootstrap?" => one Scheme;
    }
    /// Who signs the certificates of a product's own services.
    Block ["product", "authority"] as Authority has {
        certificate: "secret(string)" => one &'v Arc<Secret>;
        key: "secret(string)" => one &'v Arc<Secret>;
    }
    /// Where the sources of a product lie.
    Block ["product", "repository"] as Repository has {
        github: "string?" => one &'v Text;
        gitlab: "string?" => one &'v Text;
        gitlab_server: "url" => one &'v Text;
    }
    /// A policy that does not hold for some things.
    Labelled ["product", "waive"] as Waiver has {
        on: "list(name)" => each &'v Text;
        because: "string";
    }

    /// What a provider says.
    Kind ["provider"] as Provider has {
        licence: "string?";
        zones: "list(string)";
        sizes: "map(map(string))" => pairs &'v Value;
        architectures: "map(string)";
        protocols: "list(Transport)";
        protocol_numbers: "map(string)";
        ranges: "list(cidr)" => each IpNet;
        credentials_of: "string?" => one &'v Text;
        keys_within: "string?" => one &'v Text;
        networks_within: "string?";
        place: "map(string)" => pairs &'v Text;
    }
    /// A plugin of OpenTofu.
    Labelled ["provider", "plugin"] as Plugin has {
        source: "string";
        version: "constraint";
        schema: "string";
        arguments: "any" => one &'v Value;
    }
    /// What a plugin reads from the environment.
    Labelled ["provider", "credential"] as Credential has {
        env: "string" => one &'v Text;
        setting: "name?" => one &'v Text;
    }
    /// How jobs of CI are known to a provider by the tokens of their system.
    Block ["provider", "federation"] as Federation has {
        audience: "string?" => one &'v Text;
        variables: "map(string)" => pairs &'v Text;
        files: "map(string)" => pairs &'v Text;
        rights: "map(list(string))" => pairs &'v Value;
        trust: "list(Invocation)" => each Invocation<'v>;
        grant: "list(Invocation)" => each Invocation<'v>;
        claim: "string" => one &'v Text;
        between: "string" => one &'v Text;
        granted: "list(string)" => each &'v Text;
        revoke: "list(string)" => each &'v Text;
    }
    /// What networks may be.
    Block ["provider", "network"] has {
        min_prefix: "int";
        max_prefix: "int";
        private_only: "bool";
    }
    /// Which addresses of a subnet nobody gets.
    Block ["provider", "subnet"] as OfSubnets has {
        max_prefix: "int";
        reserved_first: "int" => one i64;
        reserved_last: "int" => one i64;
        reserved: "list(cidr)" => each IpNet;
    }
    /// What volumes look like to a machine.
    Block ["provider", "volume"] has {
        devices: "string";
    }
    /// How much of something there may be.
    Block ["provider", "limits"] has {}
    /// What names may look like, as patterns.
    Block ["provider", "names"] as Names has {
        server: "string?" => one &'v Text;
    }
    /// Something that a provider cannot do.
    Labelled ["provider", "lacks"] has {
        because: "string";
    }
    /// An image that a provider offers.
    Labelled ["provider", "image"] as StockImage has {
        name: "string";
        login: "string" => one &'v Text;
        prepare: "list(string)" => each &'v Text;
    }
    /// How Packer bakes there.
    Block ["provider", "builder"] has {}

    /// What a stack says.
    Kind ["stack"] has {
        instead: "string?";
    }
    /// What takes over when a stack is away.
    Labelled ["stack", "standby"] as Standby has {
        because: "string?" => one &'v Text;
        to: "any" => one InstanceId;
        among: "list(any)" => each InstanceId;
    }
    /// What a module says.
    Kind ["module"] has {
        group: "Group";
    }
    /// A private network.
    Block ["module", "private_network"] as PrivateNetwork has {
        range: "cidr" => one IpNet;
        subnets: "list(subnet)" => each Subnet<'v>;
        exit: "bool" => one bool;
    }
    /// What a provider takes once in an account.
    Block ["module", "once_in_account"] as OnceInAccount has {
        what: "string" => one &'v Text;
        values: "list(string)" => each &'v Text;
        instead: "string?" => one &'v Text;
    }
    /// The way out of a private network.
    Block ["module", "way_out"] as WayOut has {
        through: "ip" => one IpAddr;
    }
    /// What takes connections from the internet to machines.
    Block ["module", "public_door"] as PublicDoor has {
        hosts: "list(string)" => each &'v Text;
        ports: "list(port)" => each i64;
    }
    /// Volumes.
    Block ["module", "volume_group"] as VolumeGroup has {
        size: "bytes" => one u64;
        label: "string?" => one &'v Text;
    }
    /// Machines.
    Block ["module", "machine_group"] as MachineGroup has {
        public: "bool" => one bool;
    }
    /// A zone of DNS.
    Block ["module", "dns_zone"] as DnsZone has {
        domain: "fqdn" => one &'v Text;
        records: "list(RecordSet)" => each RecordSet<'v>;
    }
    /// What answers for names.
    Block ["module", "public_names"] as PublicNames has {
        names: "list(fqdn)" => each &'v Text;
        machines: "list(fqdn)" => each &'v Text;
    }
    /// A firewall in front of machines.
    Block ["module", "packet_filter"] as PacketFilter has {
        inbound: "list(rule)" => each Rule<'v>;
        entries: "list(entry_point)" => each EntryPoint<'v>;
        private: "bool" => one bool;
    }
    /// What machines start from.
    Kind ["image"] has {
        from: "name";
        on: "list(name)";
        arches: "list(Arch)";
        install: "list(name)";
    }
    /// A secret that is known by its form.
    Kind ["credential"] has {
        pattern: "string";
    }
    /// A rule over the whole program.
    Kind ["policy"] has {
        code: "name";
    }
    /// What a provider's instance may set.
    Instance ["provider"] has {}
    /// What a stack's instance may set.
    Instance ["stack"] has {
        on: "provider";
        only: "list(name)?";
    }
    /// What a module's instance may set.
    Instance ["module"] has {
        on: "provider?";
    }
    /// What a service's instance may set.
    Instance ["service"] has {
        only: "list(name)?";
        on: "provider?";
    }

    /// What a service says.
    Kind ["service"] as Service has {
        licence: "string";
        version: "version?";
        quorum: "any";
        latency: "duration?";
        keeps: "list(string)";
        bridges: "list(cidr)" => each IpNet;
        roll: "Roll";
        restarts: "map(string)";
    }
    /// What a service listens on.
    Labelled ["service", "port"] as Port has {
        number: "port?" => one i64;
        protocols: "list(Transport)" => each &'v Text;
        listens: "list(protocol)" => each &'v Ports;
        from: "list(Peer)" => each &'v Text;
        admin: "bool";
        tls: "Tls";
    }
    /// What an image bakes.
    Block ["service", "install"] has {}
    /// Packages of the distribution.
    Blocks ["service", "install", "packages"] has {
        names: "list(string)";
        masked: "list(string)";
    }
    /// A release of a vendor.
    Labelled ["service", "install", "archive"] has {
        url: "string";
        signed: "Signed?";
        checksums: "map(string)";
        member: "string?";
        to: "path";
        command: "string?";
    }
    /// An account.
    Labelled ["service", "install", "user"] has {
        home: "path?";
        groups: "list(string)";
        shell: "path";
        system: "bool";
        keys: "list(string)?";
    }
    /// A group.
    Labelled ["service", "install", "group"] has {
        system: "bool";
    }
    /// What is done on each machine.
    Block ["service", "configure"] has {}
    /// An account that needs what only the product knows.
    Labelled ["service", "configure", "user"] has {
        home: "path?";
        groups: "list(string)";
        shell: "path";
        system: "bool";
        keys: "list(string)?";
    }
    /// A volume that is mounted.
    Labelled ["service", "configure", "volume"] has {
        label: "string";
        size: "int";
        devices: "string";
    }
    /// Who is in a group.
    Labelled ["service", "configure", "members"] has {
        only: "list(string)";
    }
    /// A file that must not be there.
    Labelled ["service", "configure", "absent"] has {}
    /// A directory.
    Labelled ["service", "configure", "directory"] has {
        owner: "string";
        group: "string?";
        mode: "string";
    }
    /// A file.
    Labelled ["service", "configure", "file"] has {
        format: "Format";
        content: "any";
        owner: "string";
        group: "string?";
        mode: "string";
        validate: "list(string)";
        comment: "string";
    }
    /// A key with its certificate.
    Labelled ["service", "configure", "certificate"] has {
        authority: "secret(string)";
        authority_key: "secret(string)";
        names: "list(string)";
        addresses: "list(ip)";
        owner: "string";
        usage: "list(CertificateUsage)";
    }
    /// A unit of systemd.
    Labelled ["service", "configure", "daemon"] has {
        description: "string?";
        run: "list(string)";
        user: "string";
        start: "Start";
        reload: "string?";
        stop: "string?";
        limits: "{ files: int?, memory: string? }";
        after: "list(string)";
        writes: "list(path)";
        capabilities: "list(string)";
        environment_files: "list(path)";
        environment: "map(string)";
        on_change: "OnChange";
    }
    /// Waits until something listens.
    Blocks ["service", "configure", "ready"] has {
        port: "port";
        address: "any";
        timeout: "duration";
    }
    /// Asks an API until it answers.
    Blocks ["service", "configure", "health"] has {
        url: "string";
        expect: "list(int)";
        headers: "map(secret(string))";
        authority: "path?";
        tries: "int";
        cluster: "bool";
    }
    /// A command that makes something once.
    Labelled ["service", "configure", "command"] has {
        run: "list(string)";
        creates: "path?";
        unless: "list(string)";
        user: "string";
    }
    /// What happens once for all members.
    Labelled ["service", "configure", "cluster"] has {
        unless: "list(string)";
        unless_request: "Request?";
        steps: "list(list(string))";
        request: "Request?";
        environment: "map(any)";
    }
    /// A module of the tool itself.
    Labelled ["service", "configure", "task"] has {}
    /// What a test on one machine gives a role.
    Block ["service", "example"] has {}
    /// What holds the locks of states.
    Block ["service", "lock"] as Lock has {
        address: "url" => one &'v Text;
        prefix: "string" => one &'v Text;
        environment: "map(string)" => pairs &'v Text;
        token: "string?" => one &'v Text;
        authority: "string?" => one &'v Text;
        hold: "list(string)" => each &'v Text;
    }
    /// What holds the states of units.
    Block ["service", "state_store"] as StateStore has {
        backend: "string" => one &'v Text;
        settings: "map(string)" => pairs &'v Text;
        config: "any" => one &'v Value;
        place: "map(string)" => pairs &'v Text;
        locks: "bool" => one bool;
        address: "string?" => one &'v Text;
        credentials: "map(string)" => pairs &'v Text;
        profile: "string?" => one &'v Text;
    }
    /// The same, made by a unit.
    Block ["module", "state_store"] has {
        backend: "string";
        settings: "map(string)";
        config: "any";
        place: "map(string)";
        locks: "bool";
        address: "string?";
        credentials: "map(string)";
        profile: "string?";
    }
    /// The same, made by nobody here.
    Block ["store", "state_store"] has {
        backend: "string";
        settings: "map(string)";
        config: "any";
        place: "map(string)";
        locks: "bool";
        address: "string?";
        credentials: "map(string)";
        profile: "string?";
    }
    /// What holds secrets.
    Block ["service", "secret_store"] as SecretStore has {
        scheme: "Scheme" => one Scheme;
        address: "url" => one &'v Text;
        mount: "string" => one &'v Text;
        environment: "map(string)" => pairs &'v Text;
        token: "string?" => one &'v Text;
        authority: "string?" => one &'v Text;
        login: "list(string)" => each &'v Text;
        enter: "list(string)" => each &'v Text;
        trust: "list(Invocation)" => each Invocation<'v>;
        permit: "list(Invocation)" => each Invocation<'v>;
        grant: "list(Invocation)" => each Invocation<'v>;
        granted: "list(string)" => each &'v Text;
        revoke: "list(string)" => each &'v Text;
        permitted: "list(string)" => each &'v Text;
        forbid: "list(string)" => each &'v Text;
        read: "list(string)" => each &'v Text;
        kept: "list(string)" => each &'v Text;
        keep: "list(string)" => each &'v Text;
    }
    /// What leads operators into the private networks.
    Block ["service", "way_in"] as WayIn has {
        range: "cidr" => one IpNet;
        name: "fqdn" => one &'v Text;
        reaches: "list(cidr)" => each IpNet;
        packages: "list(string)" => each &'v Text;
        file: "path?" => one &'v Text;
        up: "list(string)" => each &'v Text;
        identity: "list(string)" => each &'v Text;
        client: "string?" => one &'v Text;
        clients: "map(ip)" => pairs IpAddr;
        fetch: "list(string)" => each &'v Text;
    }
    /// How operators enter machines where no tunnel leads.
    Block ["service", "entry"] as Entry has {
        named: "bool" => one bool;
        open: "bool" => one bool;
    }
    /// The firewall of machines.
    Block ["service", "packet_filter"] as HostFilter has {
        inbound: "list(inbound_rule)" => each InboundRule<'v>;
        public_ports: "list(entry_point)" => each EntryPoint<'v>;
    }
    /// How a secret gets another value.
    Labelled ["service", "renewal"] as Renewal has {
        secret: "secret(string)" => one &'v Arc<Secret>;
        replaces: "bool" => one bool;
        says: "string?" => one &'v Text;
        before: "list(list(string))" => each &'v Value;
        tell: "list(string)" => each &'v Text;
        behind: "list(list(string))" => each &'v Value;
    }
    /// What takes over when a service is away.
    Labelled ["service", "fallback"] as Fallback has {
        because: "string?" => one &'v Text;
        to: "any" => one InstanceId;
    }

    /// A pipeline.
    Kind ["pipeline"] has {
        branch: "string";
        runner: "string";
        container: "string";
        compiler: "url?";
        minute: "int";
    }
    /// A stage of a pipeline.
    Labelled ["pipeline", "stage"] has {
        when: "list(Event)";
        after: "list(name)";
        per: "Per";
        scope: "Scope";
        run: "list(Task)";
        secrets: "Access";
        comment: "bool";
        approve: "bool";
        report: "bool";
        gate: "name?";
        limit: "duration";
    }
    /// An action of GitHub.
    Kind ["action"] has {
        uses: "string";
        sha: "string";
        version: "string";
        inputs: "list(name)";
    }
    /// A tool of pipelines.
    Kind ["tool"] has {
        package: "string?";
        version: "version";
        with: "list(string)";
    }
}
