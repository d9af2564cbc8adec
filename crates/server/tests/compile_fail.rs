//! What must not compile does not, and the compiler says what to write instead. The texts are those of the toolchain in CI;
//! `TRYBUILD=overwrite cargo test -p untag-server --test compile_fail` writes them again, to be read before they are accepted.

#[test]
fn what_must_not_compile_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
