//! Who plays in the matrix, and how they know each other.

use plenum::domain::account::Account;
use plenum::domain::host::HostStanding;
use plenum::domain::relation::FollowState;
use plenum::domain::user::Role;
use plenum::federation::resolve;
use plenum::services::publish::activity_uri;
use plenum::services::relations;
use plenum::store::{self, Error, Tx, hosts};

use super::MEMBERS;
use crate::harness::peer::Actor;
use crate::harness::world::Instance;

/// The members, in their order.
pub(super) async fn members(tee: &Instance) -> Vec<Account> {
    let mut people = Vec::new();
    for name in MEMBERS {
        let roles: &[Role] = if name == "moni" { &[Role::Moderator] } else { &[] };
        people.push(tee.person(name, roles).await);
    }
    people
}

/// Those elsewhere, as they are known here.
pub(super) async fn known(tee: &Instance, remote: &[Actor]) -> Vec<Account> {
    let mut far = Vec::new();
    for actor in remote {
        far.push(resolve::account(&tee.data(), &actor.id).await.unwrap());
    }
    far
}

/// Who follows Ada, here and elsewhere, and whose server is suspended.
pub(super) fn tie(
    tx: &mut Tx<'_>,
    ada: &Account,
    followers: [&Account; 3],
    [vic, susi]: [&Account; 2],
) -> Result<(), Error> {
    for follower in followers {
        relations::follow(tx, follower, ada)?;
    }
    let follow = activity_uri(tx)?;
    store::relations::insert(tx, vic.id, ada.id, &follow, FollowState::Accepted)?;
    let host = hosts::by_name(tx, susi.uri.host())?.unwrap();
    hosts::set_standing(tx, host.id, HostStanding::Suspended)?;
    Ok(())
}
