//! Who may decide from an app: the one table of permissions, asked through every route of moderation.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use plenum::domain::permission::Permission;
use plenum::domain::user::{Role, Roles};
use plenum::store::audit;
use serde_json::json;

use crate::harness::world::World;
use crate::security::routes::routes;

/// What every route of moderation takes, beside the scope.
const PERMISSIONS: &[(&str, Permission)] = &[
    ("/api/v1/admin/accounts", Permission::Accounts),
    ("/api/v2/admin/accounts", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}/action", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}/approve", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}/enable", Permission::People),
    ("/api/v1/admin/accounts/{id}/reject", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}/unsensitive", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}/unsilence", Permission::Accounts),
    ("/api/v1/admin/accounts/{id}/unsuspend", Permission::Accounts),
    ("/api/v1/admin/canonical_email_blocks", Permission::Settings),
    ("/api/v1/admin/canonical_email_blocks/test", Permission::Settings),
    ("/api/v1/admin/canonical_email_blocks/{id}", Permission::Settings),
    ("/api/v1/admin/dimensions", Permission::Settings),
    ("/api/v1/admin/domain_allows", Permission::Hosts),
    ("/api/v1/admin/domain_allows/{id}", Permission::Hosts),
    ("/api/v1/admin/domain_blocks", Permission::Hosts),
    ("/api/v1/admin/domain_blocks/{id}", Permission::Hosts),
    ("/api/v1/admin/email_domain_blocks", Permission::Settings),
    ("/api/v1/admin/email_domain_blocks/{id}", Permission::Settings),
    ("/api/v1/admin/ip_blocks", Permission::Settings),
    ("/api/v1/admin/ip_blocks/{id}", Permission::Settings),
    ("/api/v1/admin/measures", Permission::Settings),
    ("/api/v1/admin/reports", Permission::Reports),
    ("/api/v1/admin/reports/{id}", Permission::Reports),
    ("/api/v1/admin/reports/{id}/assign_to_self", Permission::Reports),
    ("/api/v1/admin/reports/{id}/reopen", Permission::Reports),
    ("/api/v1/admin/reports/{id}/resolve", Permission::Reports),
    ("/api/v1/admin/reports/{id}/unassign", Permission::Reports),
    ("/api/v1/admin/retention", Permission::Settings),
    ("/api/v1/admin/trends/links", Permission::Settings),
    ("/api/v1/admin/trends/statuses", Permission::Settings),
    ("/api/v1/admin/trends/tags", Permission::Settings),
];

#[test]
fn every_route_of_moderation_stands_in_the_table() {
    let found: BTreeSet<&str> =
        routes().iter().map(|route| route.path).filter(|path| path.contains("/admin/")).collect();
    let listed: BTreeSet<&str> = PERMISSIONS.iter().map(|(path, _)| *path).collect();
    assert_eq!(found, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_decides_from_an_app_what_the_table_says_and_nothing_else() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("plain", &[]).await;
    for role in Role::ALL {
        north.person(&format!("has_{}", role.as_str()), &[role]).await;
    }
    let log = async || north.app().db.read(|conn| Ok(audit::all(conn)?.len())).await.unwrap();
    let mut people: Vec<(String, Roles)> =
        Role::ALL.into_iter().map(|role| (format!("has_{}", role.as_str()), Roles::of(&[role]))).collect();
    people.push(("plain".to_owned(), Roles::of(&[])));
    let mut tried = 0;
    for (name, roles) in people {
        let app = north.client(&name, "read write admin:read admin:write").await;
        let before = log().await;
        for (path, permission) in PERMISSIONS {
            for route in routes().into_iter().filter(|route| route.path == *path) {
                let answer = app.ask(route.method.clone(), &route.with("7"), &[], Some(json!({}))).await;
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(
                    refused,
                    !roles.may(*permission),
                    "{name} {} {path}: {}",
                    route.method,
                    answer.status
                );
                tried += 1;
            }
        }
        assert_eq!(log().await, before, "nothing was changed by asking");
    }
    assert!(tried > 200, "{tried}");
}
