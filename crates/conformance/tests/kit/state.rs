//! The commands of an implementer: what they are given, what they say, and how they fail.

use std::collections::BTreeMap;
use untag_conformance::{Commands, Resource, State};

fn resource(value: &str) -> Resource {
    Resource {
        project_id: "p".to_owned(),
        resource_type: "desktop".to_owned(),
        resource_id: "d".to_owned(),
        tags: BTreeMap::from([("key".to_owned(), value.to_owned())]),
        sys_tags: BTreeMap::new(),
    }
}

#[test]
fn what_is_put_is_got() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tags");
    let mut state = Commands {
        put: format!("cat > '{}'", file.display()),
        get: format!("cat '{}'; echo", file.display()),
    };
    let both = [resource("one"), Resource { resource_id: "e".to_owned(), ..resource("two\nlines") }];
    state.set(&both).unwrap();
    assert_eq!(state.read().unwrap(), both);
    let text = std::fs::read_to_string(&file).unwrap();
    let first = r#"{"project_id":"p","resource_type":"desktop","resource_id":"d","tags":{"key":"one"},"sys_tags":{}}"#;
    assert_eq!(text.lines().next(), Some(first));
}

#[test]
fn a_command_that_fails_is_named_with_what_it_said() {
    let mut state =
        Commands { put: "echo no database >&2; exit 3".to_owned(), get: "echo nonsense".to_owned() };
    let error = state.set(&[resource("one")]).unwrap_err().to_string();
    assert!(error.contains("exit 3") && error.contains("no database"), "{error}");
    let error = state.read().unwrap_err().to_string();
    assert!(error.contains("echo nonsense") && error.contains("line 1"), "{error}");
}

#[test]
fn a_command_may_leave_its_input_alone() {
    // More than a pipe takes.
    let many: Vec<Resource> = (0..5000).map(|_| resource("one")).collect();
    let mut state = Commands { put: "true".to_owned(), get: "true".to_owned() };
    state.set(&many).unwrap();
    assert_eq!(state.read().unwrap(), []);
}
