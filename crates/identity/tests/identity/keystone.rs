//! Tokens of a real Keystone: what is accepted, what is refused, what is remembered, and what happens while it is away.

use crate::installation::{ADMIN_PASSWORD, Keystone, eventually};
use crate::{authenticator, failure, refusal, with_token};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use untag_identity::{Authenticator, RefusalKind};

/// One installation serves all of these, one after the other: starting it takes longer than any of them.
#[tokio::test(flavor = "multi_thread")]
async fn keystone() {
    let mut scene = Scene::new().await;
    scene.a_token_says_who_calls().await;
    scene.other_scopes_may_act_in_no_project().await;
    scene.an_unknown_token_is_refused_and_remembered().await;
    scene.a_thousand_requests_cost_one_validation().await;
    scene.a_revoked_token_is_refused_when_the_memory_ends().await;
    scene.a_remembered_token_ends_when_it_expires().await;
    scene.a_wrong_login_is_named().await;
    scene.an_unknown_issuer_is_not_talked_to().await;
    scene.remembered_tokens_outlive_keystone().await;
    scene.expired_tokens_are_refused_and_the_own_one_renewed().await;
}

#[allow(clippy::disallowed_methods, reason = "Keystone has a clock, and its tokens expire by it")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Keystone with a caller, `ada` of the account `acme`, and this service, `untagd`.
struct Scene {
    keystone: Keystone,
    acme: String,
    project: String,
    ada: String,
}

impl Scene {
    async fn new() -> Self {
        let keystone = Keystone::start().await;
        let scope = json!({"project": {"name": "admin", "domain": {"name": "Default"}}});
        let (admin, _) = keystone.issue("admin", "Default", ADMIN_PASSWORD, scope).await;
        let create = async |collection, thing| keystone.create(&admin, collection, thing).await;
        let acme = create("/domains", json!({"name": "acme"})).await;
        let project = create("/projects", json!({"name": "desks", "domain_id": acme})).await;
        let ada = json!({"name": "ada", "domain_id": acme, "password": "ada-password"});
        let ada = create("/users", ada).await;
        let services = create("/projects", json!({"name": "services"})).await;
        let untagd = create("/users", json!({"name": "untagd", "password": "untagd-password"})).await;
        create("/users", json!({"name": "nobody", "password": "nobody-password"})).await;

        let listed = keystone.ask(&admin, Method::GET, "/roles", None).await;
        let role = async |name: &str| {
            let found = listed["roles"].as_array().unwrap().iter().find(|role| role["name"] == name);
            match found {
                Some(role) => role["id"].as_str().unwrap().to_owned(),
                None => create("/roles", json!({"name": name})).await,
            }
        };
        let nobody = keystone.ask(&admin, Method::GET, "/users?name=nobody", None).await;
        let nobody = nobody["users"][0]["id"].as_str().unwrap();
        let assignments = [
            ("projects", &*project, &*ada, "op_service"),
            ("projects", &project, &ada, "tag_owner"),
            ("domains", &acme, &ada, "tag_owner"),
            ("projects", &services, &untagd, "service"),
            ("projects", &services, nobody, "tag_owner"),
        ];
        let mut roles = std::collections::BTreeMap::new();
        for (kind, target, user, name) in assignments {
            if !roles.contains_key(name) {
                roles.insert(name, role(name).await);
            }
            let path = format!("/{kind}/{target}/users/{user}/roles/{}", roles[name]);
            keystone.ask(&admin, Method::PUT, &path, None).await;
        }
        Self { keystone, acme, project, ada }
    }

    /// A new token of ada's for her project, and when it expires.
    async fn token(&self) -> (String, SystemTime) {
        let (token, body) = self.issue(json!({"project": {"id": self.project}})).await;
        let expires = body["token"]["expires_at"].as_str().unwrap();
        (token, chrono::DateTime::parse_from_rfc3339(expires).unwrap().into())
    }

    async fn issue(&self, scope: Value) -> (String, Value) {
        self.keystone.issue("ada", "acme", "ada-password", scope).await
    }

    fn file(&self, rest: &str) -> String {
        format!(
            r#"
            [keystone]
            url = "{}"
            user = "untagd"
            password = "untagd-password"
            project = "services"
            ca_file = "{}"
            # Whatever else this machine is doing.
            timeout_seconds = 120
            {rest}
            "#,
            self.keystone.url(),
            self.keystone.path("issuer.pem").display()
        )
    }

    fn authenticator(&self, rest: &str) -> Authenticator {
        authenticator(&self.file(rest))
    }

    async fn a_token_says_who_calls(&self) {
        let (token, _) = self.token().await;
        let principal = with_token(&self.authenticator(""), &token, now()).await.unwrap();
        assert_eq!((&*principal.user_id, &*principal.user_name), (&*self.ada, "ada"));
        assert_eq!((&*principal.account_id, &*principal.account_name), (&*self.acme, "acme"));
        assert_eq!(principal.projects.iter().collect::<Vec<_>>(), [&self.project]);
        assert_eq!(principal.roles.iter().collect::<Vec<_>>(), ["op_service", "tag_owner"]);
        // No role is the account's unless the file says which.
        assert!(principal.is_op_service() && !principal.is_account);
        for (role, is_account) in [("tag_owner", true), ("admin", false)] {
            let authenticator = self.authenticator(&format!("account_role = {role:?}"));
            let principal = with_token(&authenticator, &token, now()).await.unwrap();
            assert_eq!(principal.is_account, is_account);
        }
    }

    async fn other_scopes_may_act_in_no_project(&self) {
        for (scope, roles) in
            [(json!({"domain": {"id": self.acme}}), vec!["tag_owner"]), (json!("unscoped"), vec![])]
        {
            let (token, _) = self.issue(scope).await;
            let principal = with_token(&self.authenticator(""), &token, now()).await.unwrap();
            assert_eq!((&*principal.account_id, &*principal.user_id), (&*self.acme, &*self.ada));
            assert_eq!(principal.roles.iter().collect::<Vec<_>>(), roles);
            assert!(principal.projects.is_empty());
        }
    }

    async fn an_unknown_token_is_refused_and_remembered(&self) {
        let authenticator = self.authenticator("negative_ttl_seconds = 10");
        let (asked, start) = (self.keystone.requests("GET"), now());
        for after in [0, 9] {
            let refused = with_token(&authenticator, "nonsense", start + Duration::from_secs(after)).await;
            assert_eq!(refusal(refused), RefusalKind::UnknownToken);
        }
        assert_eq!(self.keystone.requests("GET") - asked, 1);
        let refused = with_token(&authenticator, "nonsense", start + Duration::from_secs(10)).await;
        assert_eq!(refusal(refused), RefusalKind::UnknownToken);
        assert_eq!(self.keystone.requests("GET") - asked, 2);

        // What no Keystone has ever issued: too long for its HTTP server, not a header, not ASCII.
        for odd in ["a".repeat(40_000), "a\nb".to_owned(), "é".to_owned()] {
            assert_eq!(refusal(with_token(&authenticator, &odd, start).await), RefusalKind::UnknownToken);
        }
    }

    async fn a_thousand_requests_cost_one_validation(&self) {
        let authenticator = Arc::new(self.authenticator(""));
        let (token, _) = self.token().await;
        let (asked, logins) = (self.keystone.requests("GET"), self.keystone.requests("POST"));
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..500 {
            let (authenticator, token) = (Arc::clone(&authenticator), token.clone());
            requests.spawn(async move { with_token(&authenticator, &token, now()).await });
        }
        for principal in requests.join_all().await {
            assert_eq!(principal.unwrap().user_id, self.ada);
        }
        for _ in 0..500 {
            assert_eq!(with_token(&authenticator, &token, now()).await.unwrap().user_id, self.ada);
        }
        assert_eq!(self.keystone.requests("GET") - asked, 1);
        assert_eq!(self.keystone.requests("POST") - logins, 1);
        let counts = authenticator.counts();
        assert_eq!((counts.keystone_validations, counts.keystone_remembered), (1, 999));

        // The first to ask gives up; whoever asks next still gets the answer of that question.
        let (token, _) = self.token().await;
        let asked = self.keystone.requests("GET");
        let given_up = tokio::time::timeout(Duration::ZERO, with_token(&authenticator, &token, now())).await;
        assert!(given_up.is_err(), "nobody answers in no time");
        assert_eq!(with_token(&authenticator, &token, now()).await.unwrap().user_id, self.ada);
        assert_eq!(self.keystone.requests("GET") - asked, 1);
    }

    async fn a_revoked_token_is_refused_when_the_memory_ends(&self) {
        let remembering = self.authenticator("max_ttl_seconds = 60");
        let forgetting = self.authenticator("max_ttl_seconds = 0");
        let (token, _) = self.token().await;
        let start = now();
        for authenticator in [&remembering, &forgetting] {
            with_token(authenticator, &token, start).await.unwrap();
        }
        self.keystone.revoke(&token).await;
        // At once without a memory; with one, when it ends.
        assert_eq!(refusal(with_token(&forgetting, &token, start).await), RefusalKind::UnknownToken);
        with_token(&remembering, &token, start + Duration::from_secs(59)).await.unwrap();
        let refused = with_token(&remembering, &token, start + Duration::from_mins(1)).await;
        assert_eq!(refusal(refused), RefusalKind::UnknownToken);
        // A clock that was set back by more than the memory's length does not make it last.
        let (token, _) = self.token().await;
        with_token(&remembering, &token, start).await.unwrap();
        self.keystone.revoke(&token).await;
        let refused = with_token(&remembering, &token, start - Duration::from_mins(1)).await;
        assert_eq!(refusal(refused), RefusalKind::UnknownToken);
    }

    async fn a_remembered_token_ends_when_it_expires(&self) {
        let authenticator = self.authenticator("max_ttl_seconds = 3600");
        let (token, expires) = self.token().await;
        let asked = self.keystone.requests("GET");
        let last = expires - Duration::from_secs(1);
        with_token(&authenticator, &token, last).await.unwrap();
        assert_eq!(refusal(with_token(&authenticator, &token, expires).await), RefusalKind::ExpiredToken);
        assert_eq!(self.keystone.requests("GET") - asked, 1);
    }

    async fn a_wrong_login_is_named(&self) {
        let (token, _) = self.token().await;
        let wrong = self.file("").replace("untagd-password", "wrong");
        let authenticator = authenticator(&wrong);
        let message = failure(with_token(&authenticator, &token, now()).await);
        assert!(message.contains("refuses the login of the user \"untagd\""), "{message}");
        assert_eq!(authenticator.counts().failed, 1);
        // A user without the rights to validate.
        let wrong = self.file("").replace("untagd", "nobody");
        let message = failure(with_token(&crate::authenticator(&wrong), &token, now()).await);
        assert!(message.contains("does not let the user \"nobody\" validate tokens"), "{message}");
        // Another path on the same host.
        let wrong = self.file("").replace("/v3\"", "/identity/v3\"");
        let message = failure(with_token(&crate::authenticator(&wrong), &token, now()).await);
        assert!(message.contains("404 Not Found to the login"), "{message}");
    }

    async fn an_unknown_issuer_is_not_talked_to(&self) {
        let (token, _) = self.token().await;
        let asked = self.keystone.requests("POST");
        let authenticator = authenticator(&self.file("").replace("issuer.pem", "other-issuer.pem"));
        let message = failure(with_token(&authenticator, &token, now()).await);
        assert!(message.contains("certificate"), "{message}");
        assert_eq!(self.keystone.requests("POST"), asked);
    }

    async fn remembered_tokens_outlive_keystone(&mut self) {
        let authenticator = Arc::new(self.authenticator(""));
        let ((known, _), (new, _)) = (self.token().await, self.token().await);
        with_token(&authenticator, &known, now()).await.unwrap();
        self.keystone.stop();
        assert_eq!(with_token(&authenticator, &known, now()).await.unwrap().user_id, self.ada);
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (authenticator, new) = (Arc::clone(&authenticator), new.clone());
            requests.spawn(async move { with_token(&authenticator, &new, now()).await });
        }
        for result in requests.join_all().await {
            let message = failure(result);
            assert!(message.contains("Keystone is not to be reached"), "{message}");
            assert!(!message.contains(&new));
        }
        assert_eq!(authenticator.counts().failed, 100);
        self.keystone.serve().await;
        // A failure is not remembered.
        assert_eq!(with_token(&authenticator, &new, now()).await.unwrap().user_id, self.ada);
    }

    async fn expired_tokens_are_refused_and_the_own_one_renewed(&mut self) {
        self.keystone.stop();
        self.keystone.settings(5);
        self.keystone.serve().await;
        let authenticator = self.authenticator("max_ttl_seconds = 0\nnegative_ttl_seconds = 0");
        let ((token, _), start) = (self.token().await, now());
        let logins = self.keystone.requests("POST");
        // This clock stands still, so that only Keystone says when something has expired, of both tokens.
        with_token(&authenticator, &token, start).await.unwrap();
        assert_eq!(self.keystone.requests("POST") - logins, 1);
        let refused = eventually("Keystone's tokens expire", async || {
            with_token(&authenticator, &token, start).await.err()
        })
        .await;
        assert_eq!(refusal(Err::<(), _>(refused)), RefusalKind::UnknownToken);
        // The service's own token is as short-lived; it was renewed when Keystone did not take it any more.
        eventually("the own token was renewed", async || {
            let refused = with_token(&authenticator, &token, start).await;
            assert_eq!(refusal(refused), RefusalKind::UnknownToken);
            (self.keystone.requests("POST") - logins > 1).then_some(())
        })
        .await;
    }
}
