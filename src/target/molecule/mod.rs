//! Molecule: a scenario for each role, in a container with an init system.
