//! The repository's own generated files are what its contract says.

use xtask::codegen::{self, Mode};

#[test]
fn the_generated_files_are_what_the_contract_says() {
    // The failure says which command mends it.
    if let Err(failure) = codegen::run(&xtask::repository(), Mode::Check) {
        panic!("{failure}");
    }
}
