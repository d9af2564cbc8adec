//! The model on PostgreSQL: two services on one database, connections that break, and a server that crashes.

mod proxy;

use self::proxy::Proxy;
use crate::callers::Caller;
use crate::house::{Clients, Ground, House};
use crate::operation::{Key, Operation, Place, Request};
use crate::phase::{Meanwhile, Phase};
use crate::sequence::Sequence;
use crate::support::{Site, Untagd, untagd};
use crate::trial::{Subject, WORKERS};
use std::process::Command;
use untag_postgres::{Cluster, shared};

/// What can happen.
const FAULTS: [Meanwhile; 8] = {
    use Meanwhile::{Crash, Cut, Kill, Restart};
    [Kill, Kill, Kill, Restart, Cut, Cut, Cut, Crash]
};

/// A database with two services, each behind a proxy.
pub(crate) struct Server<'a> {
    cluster: &'a Cluster,
    proxies: [Proxy; 2],
    stores: [String; 2],
}

/// A site on a new database, and what breaks between it and services.
pub(crate) fn fresh(cluster: &Cluster, serializable: bool) -> (Site, Server<'_>) {
    let url = cluster.database();
    let proxies = [(); 2].map(|()| Proxy::start(cluster.port(), serializable));
    let stores = proxies.each_ref().map(|proxy| {
        let (from, to) = (format!(":{}/", cluster.port()), format!(":{}/", proxy.port()));
        url.replace(&from, &to)
    });
    (Site::on(url), Server { cluster, proxies, stores })
}

impl Ground for Server<'_> {
    fn stores(&self) -> Vec<String> {
        self.stores.to_vec()
    }

    fn serve(&self, arguments: &[&str]) -> Command {
        untagd(arguments)
    }

    fn fault(&self, meanwhile: Meanwhile, (number, _): (usize, &Untagd), clients: &mut Clients<'_>) {
        match meanwhile {
            Meanwhile::Cut => {
                self.proxies[number].cut_after(clients.moment());
                clients.begin();
            }
            Meanwhile::Crash => {
                clients.begin();
                clients.wait(clients.moment());
                self.cluster.crash_and_restart();
            }
            other => panic!("{other:?} does not happen to PostgreSQL"),
        }
    }

    fn settle(&self) {
        self.proxies.iter().for_each(Proxy::settle);
    }
}

#[test]
fn every_answer_fits_the_model() {
    // Each crashes, so no other may share it.
    let clusters: Vec<Cluster> = (0..WORKERS).map(|_| Cluster::new()).collect();
    let fresh = |worker: usize, sequence: &Sequence| -> (Site, Box<dyn Ground + '_>) {
        let (site, server) = fresh(&clusters[worker], sequence.serializable);
        (site, Box::new(server))
    };
    let test = "postgres::every_answer_fits_the_model";
    Subject { test, faults: &FAULTS, known: &[], fresh: &fresh }.hold();
}

/// Requests through two services for the same tags, round after round, until it is enough.
fn crowd(site: Site, server: &Server<'_>, is_enough: impl Fn(usize) -> bool) {
    let mut house = House::new(site, server);
    let place = Place { project: 0, kind: "desktop", id: "one" };
    let keys = ["a", "b", "c", "d"].map(Key::Tenant);
    let phase = |clients: Vec<Vec<Operation>>| {
        let delays = vec![0; clients.len()];
        Phase { clients, meanwhile: Meanwhile::Nothing, moment: 0, delays }
    };
    let request = |first: usize| {
        let tags = [0, 1, 2].map(|next| (keys[(first + next) % keys.len()], None)).to_vec();
        Operation::Remove(Request { caller: Caller::Account, place, single: false, tags, flaw: None })
    };
    for round in 0.. {
        if is_enough(round) {
            return;
        }
        let import = Operation::Import(vec![(place, keys.map(|key| (key, "x")).to_vec())]);
        house.run(&phase(vec![vec![import]]), "import");
        let clients = (0..5).map(|client| vec![request(client), request(client + 2)]);
        house.run(&phase(clients.collect()), &format!("round {round}"));
    }
}

#[test]
fn requests_for_the_same_tags_fit_the_model() {
    let (site, server) = fresh(shared(), false);
    crowd(site, &server, |round| round == 25);
}

#[test]
fn transactions_that_conflict_are_done_again_and_fit_the_model() {
    let (site, server) = fresh(shared(), true);
    crowd(site, &server, |round| {
        assert!(round < 200, "no two transactions conflicted");
        round >= 10 && server.proxies.iter().map(Proxy::conflicts).sum::<usize>() > 0
    });
}

/// What removes the tag by which it is allowed, and asks again because the answer to its commit was lost, must not be told
/// that it may not: it has.
#[test]
fn a_deletion_whose_commit_lost_its_answer_is_no_refusal() {
    let cluster = shared();
    let place = Place { project: 0, kind: "desktop", id: "one" };
    let tags = vec![(Key::Tenant("owner"), "ana"), (Key::Tenant("a"), "")];
    let phase = |operation, meanwhile, moment| Phase {
        clients: vec![vec![operation]],
        meanwhile,
        moment,
        delays: vec![0],
    };
    let (site, server) = fresh(cluster, false);
    let mut house = House::new(site, &server);
    // From before the first piece of data to behind the last one: statements are prepared the first time.
    for moment in 0..16 {
        house.run(&phase(Operation::Import(vec![(place, tags.clone())]), Meanwhile::Nothing, 0), "import");
        let tags = [Key::Tenant("owner"), Key::Tenant("a")].map(|key| (key, None)).to_vec();
        let request = Request { caller: Caller::Owner, place, single: false, tags, flaw: None };
        house.run(&phase(Operation::Remove(request), Meanwhile::Cut, moment), &format!("cut {moment}"));
    }
}
