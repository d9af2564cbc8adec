//! `untag whoami` says where everything comes from, and no secret.

use crate::support::Home;
use serde_json::{Value, json};

#[test]
fn a_profile_a_region_and_an_override() {
    let home = Home::new().with("HUAWEICLOUD_SDK_REGION_SECMASTER_CN_NORTH_4", "https://example.com/prefix/");
    home.write_profile(
        "[basic]\nak = QTWAOYTTINDUT2QVKYUC\nsk = s3cret\nsecurity_token = t0ken\nproject_id = p\n",
    );
    let ran = home.run(&["whoami", "--region", "cn-north-4"]).with(0);
    assert_eq!(
        ran.stdout,
        "credentials: access key …KYUC, with a security token, from the profile [basic] of ~/.huaweicloud/credentials\n\
         project:     p, from the profile [basic] of ~/.huaweicloud/credentials\n\
         region:      cn-north-4, from --region\n\
         endpoint:    secmaster is https://example.com/prefix\n\
         endpoint:    workspace is https://workspace.cn-north-4.myhuaweicloud.com\n"
    );
    assert_eq!(ran.stderr, "");
    let document = home.run(&["whoami", "--region", "cn-north-4", "--output", "json"]).with(0).json();
    let source = "the profile [basic] of ~/.huaweicloud/credentials";
    assert_eq!(
        document,
        json!({
            "outcome": "done", "exit_code": 0,
            "credentials": { "kind": "access key", "access_key": "…KYUC", "temporary": true, "source": source },
            "project": { "value": "p", "source": source },
            "region": { "value": "cn-north-4", "source": "--region" },
            "endpoints": {
                "secmaster": "https://example.com/prefix",
                "workspace": "https://workspace.cn-north-4.myhuaweicloud.com",
            },
        })
    );
}

#[test]
fn the_environment_comes_before_the_profile_unless_one_is_named() {
    let home = Home::of("http://127.0.0.1:1/", "t0ken");
    home.write_profile(
        "[basic]\nak = A1\nsk = s3cret\n[mine]\nak = QTWAOYTTINDUT2QVKYUC\nsk = s3cret\nproject_id = p2\n",
    );
    let ran = home.run(&["whoami"]).with(0);
    assert!(
        ran.stdout.starts_with("credentials: token, from the environment (UNTAG_TOKEN)\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("from the environment (HUAWEICLOUD_SDK_PROJECT_ID)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("endpoint:    workspace is http://127.0.0.1:1\n"), "{}", ran.stdout);
    let by_flag = home.run(&["whoami", "--profile", "mine"]).with(0).stdout;
    assert!(by_flag.contains("…KYUC, from the profile [mine]"), "{by_flag}");
    assert!(by_flag.contains("project:     p2, from the profile [mine]"), "{by_flag}");
    let home = home.with("UNTAG_PROFILE", "mine");
    assert_eq!(home.run(&["whoami"]).with(0).stdout, by_flag);
    let project = home.run(&["whoami", "--project", "p3"]).with(0).stdout;
    assert!(project.contains("project:     p3, from --project\n"), "{project}");
    for shown in [ran.stdout, by_flag, project] {
        assert!(
            !shown.contains("t0ken") && !shown.contains("s3cret") && !shown.contains("QTWAOYTT"),
            "{shown}"
        );
    }
}

#[test]
fn what_is_missing_is_said() {
    let home = Home::new();
    let ran = home.run(&["whoami"]).with(3);
    assert!(
        ran.stderr.contains("UNTAG_TOKEN") && ran.stderr.contains("~/.huaweicloud/credentials"),
        "{}",
        ran.stderr
    );
    let home = home.with("UNTAG_TOKEN", "t0ken");
    let ran = home.run(&["whoami"]).with(0);
    assert!(ran.stdout.contains("project:     none; pass --project"), "{}", ran.stdout);
    assert!(ran.stdout.contains("region:      none; pass --region or --endpoint"), "{}", ran.stdout);
    let document = home.run(&["whoami", "--output", "json"]).with(0).json();
    assert_eq!(
        (&document["project"], &document["region"], &document["endpoints"]),
        (&Value::Null, &Value::Null, &json!({}))
    );
}

#[test]
fn a_file_that_others_can_read_is_warned_about() {
    let home = Home::new();
    home.write_profile("[basic]\nak = A1\nsk = s3cret\n");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(home.profile(), open).unwrap();
    let ran = home.run(&["whoami"]).with(0);
    assert!(ran.stderr.starts_with("warning: ") && ran.stderr.contains("chmod 600"), "{}", ran.stderr);
}
