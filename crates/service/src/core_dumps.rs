//! No core dumps: the memory of this program holds secret keys and tokens, and a file with it would outlive them.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps of this process and, on Linux, that other programs of the same user look into its memory.
///
/// Where the system does not let us, the process runs all the same: the unit in `packaging/` forbids them, too.
pub fn forbid() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // A program that takes dumps from a pipe is not bound by the limit.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
