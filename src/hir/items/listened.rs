//! What a service listens on by one of its `port` blocks.

use super::Port;
use crate::base::Ports;
use crate::base::ports::WITHOUT_PORTS;

impl Port<'_> {
    /// Its number with each of its transports, then what it says of spans and of protocols without ports; each once.
    pub fn listened(&self) -> Vec<Ports> {
        let number = self.number().and_then(|number| u16::try_from(number).ok());
        // A number of what has no ports is a finding of its own.
        let transports = || self.protocols().filter(|protocol| !WITHOUT_PORTS.contains(&protocol.as_str()));
        let numbered = number.into_iter().flat_map(|number| transports().map(move |protocol| Ports::one(number, protocol.clone())));
        let mut found: Vec<Ports> = Vec::new();
        for ports in numbered.chain(self.listens().cloned()) {
            if !found.contains(&ports) {
                found.push(ports);
            }
        }
        found
    }
}
