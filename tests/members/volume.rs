//! A volume is formatted once, found again by its label, and never when something stands on it. With loop devices: where the machine
//! gives none, nothing is tried, and the test says so.

use super::scene::{SHELLS, Said, Scene};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

const MIB: u64 = 1024 * 1024;

/// A machine with volumes of these sizes, in MiB.
struct Machine {
    scene: Scene,
    devices: Vec<String>,
}

impl Machine {
    fn new(sizes: &[u64]) -> Option<Machine> {
        let scene = Scene::new("garage/files/prepare-volume", &[]);
        fs::create_dir_all(scene.path("by-id")).unwrap();
        let mut machine = Machine { scene, devices: Vec::new() };
        for (number, size) in sizes.iter().enumerate() {
            let file = machine.scene.path(&format!("{number}.img"));
            File::create(&file).unwrap().set_len(size * MIB).unwrap();
            let output = Command::new("losetup").args(["--find", "--show"]).arg(&file).output().ok()?;
            if !output.status.success() {
                eprintln!("not tried: this machine gives no loop devices: {}", String::from_utf8_lossy(&output.stderr));
                return None;
            }
            let device = String::from_utf8(output.stdout).unwrap().trim().to_owned();
            symlink(&device, machine.scene.path(&format!("by-id/volume-{number}"))).unwrap();
            machine.devices.push(device);
        }
        Some(machine)
    }

    fn prepare(&self, shell: &[&str], mode: &str, label: &str, mib: u64) -> Said {
        let path = self.path();
        let pattern = self.scene.path("by-id/volume-*");
        self.scene.run(shell, &[mode, path.to_str().unwrap(), label, &(mib * MIB).to_string(), pattern.to_str().unwrap()])
    }

    /// Where the volume is to be mounted.
    fn path(&self) -> PathBuf {
        self.scene.path("mounted")
    }

    fn kind(&self, number: usize) -> String {
        let output =
            Command::new("blkid").args(["--probe", "--output", "value", "--match-tag", "LABEL", &self.devices[number]]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for device in &self.devices {
            Command::new("losetup").args(["--detach", device]).status().ok();
        }
    }
}

fn refused(said: &Said, why: &str) {
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains(why), "{said:?}");
}

#[test]
fn a_volume_is_formatted_once() {
    for shell in SHELLS {
        let Some(machine) = Machine::new(&[64, 96]) else { return };
        let said = machine.prepare(shell, "check", "objects", 96);
        assert_eq!(said.code, 1, "{said:?}");
        assert_eq!(machine.kind(1), "");
        assert_eq!(machine.prepare(shell, "make", "objects", 96).code, 0);
        assert_eq!((machine.kind(0).as_str(), machine.kind(1).as_str()), ("", "objects"));
        let before = fs::read(machine.scene.path("1.img")).unwrap();
        for mode in ["check", "make"] {
            let said = machine.prepare(shell, mode, "objects", 96);
            assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:?}");
        }
        assert!(fs::read(machine.scene.path("1.img")).unwrap() == before);
    }
}

#[test]
fn what_holds_something_is_never_formatted() {
    for shell in SHELLS {
        let Some(machine) = Machine::new(&[64]) else { return };
        // No file system that anybody knows, and not empty.
        let path = machine.scene.path("0.img");
        let mut data = fs::read(&path).unwrap();
        data[70_000] = 1;
        fs::write(&path, &data).unwrap();
        refused(&machine.prepare(shell, "make", "objects", 64), "none of 67108864 bytes is empty");
        let Some(machine) = Machine::new(&[64]) else { return };
        assert!(Command::new("mkfs.ext4").args(["-q", "-L", "other", &machine.devices[0]]).status().unwrap().success());
        refused(&machine.prepare(shell, "make", "objects", 64), "none of 67108864 bytes is empty");
        assert_eq!(machine.kind(0), "other");
    }
}

#[test]
fn what_could_be_meant_twice_is_refused() {
    for shell in SHELLS {
        let Some(machine) = Machine::new(&[64, 64]) else { return };
        refused(&machine.prepare(shell, "make", "objects", 64), "which volume is meant?");
        let Some(machine) = Machine::new(&[64]) else { return };
        refused(&machine.prepare(shell, "make", "objects", 32), "none of 33554432 bytes is empty");
    }
}

#[test]
fn no_files_are_hidden() {
    for shell in SHELLS {
        let Some(machine) = Machine::new(&[64]) else { return };
        fs::create_dir_all(machine.path()).unwrap();
        fs::write(machine.path().join("data"), "").unwrap();
        refused(&machine.prepare(shell, "make", "objects", 64), "the volume would hide");
        assert_eq!(machine.kind(0), "");
    }
}
