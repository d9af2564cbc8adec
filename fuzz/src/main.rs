//! Under `--cfg fuzzing` the engine around one target, as `cargo xtask fuzz` builds and runs it; otherwise what repeats inputs:
//! `cargo run -p untag-fuzz -- TARGET FILE…`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod engine {
    //! libFuzzer brings its own `main`. All targets are one program, because linking it is what takes long.

    use std::path::PathBuf;
    use std::sync::OnceLock;
    use std::{env, fs};
    use untag_fuzz::Target;

    /// The target that the environment names.
    static TARGET: OnceLock<&'static Target> = OnceLock::new();

    /// Writes the target's seeds where the environment says, before libFuzzer reads that folder.
    fn seed(target: &Target) {
        let Some(folder) = env::var_os("UNTAG_FUZZ_SEEDS").map(PathBuf::from) else { return };
        for (number, seed) in (target.seeds)().iter().enumerate() {
            let path = folder.join(format!("seed-{number:04}"));
            let written = fs::write(&path, seed);
            assert!(written.is_ok(), "cannot write {}: {written:?}", path.display());
        }
    }

    fn target() -> &'static Target {
        TARGET.get_or_init(|| {
            let name = env::var("UNTAG_FUZZ_TARGET").unwrap_or_default();
            let Some(target) = Target::named(&name) else {
                panic!("UNTAG_FUZZ_TARGET names no target: {name:?}")
            };
            seed(target);
            target
        })
    }

    libfuzzer_sys::fuzz_target!(init: { target(); }, |input: &[u8]| (target().run)(input));
}

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    use std::{env, fs, process::ExitCode};
    use untag_fuzz::{TARGETS, Target};

    let mut arguments = env::args_os().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some(target) = name.to_str().and_then(Target::named) else {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("error: name a target, and then files to try on it; the targets are {}", names.join(", "));
        return ExitCode::from(2);
    };
    for path in arguments {
        let path = path.display().to_string();
        match fs::read(&path) {
            Ok(input) => (target.run)(&input),
            Err(error) => {
                eprintln!("error: cannot read {path}: {error}");
                return ExitCode::FAILURE;
            }
        }
        println!("{path}: everything holds");
    }
    ExitCode::SUCCESS
}
