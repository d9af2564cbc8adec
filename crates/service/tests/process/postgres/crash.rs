//! The database crashes while requests run.

use crate::load::{Model, State, load_while};
use crate::support::{Site, until};
use untag_postgres::Cluster;

#[test]
fn a_crashed_database_loses_nothing_and_service_resumes_by_itself() {
    let cluster = Cluster::new();
    let site = Site::on(cluster.database());
    let server = site.start(&["--log", "error"]);
    let ready = || server.admin("/readyz").status;
    let mut model = Model::new(0x6372_6173_6865_6421);
    let (mut acknowledged, mut failed, mut applied) = (0, 0, 0);
    for stays_down in [false, true, false] {
        while model.waiting.len() < 2000 {
            model.import(&site);
        }
        let round = load_while(&[&server], &mut model, |tally| {
            tally.until_done(100);
            if stays_down {
                cluster.crash();
                assert_eq!(ready(), 503);
                tally.until_failed(1);
                assert_eq!(ready(), 503);
                cluster.start_again();
            } else {
                cluster.crash_and_restart();
            }
            until("it is ready again", || (ready() == 200).then_some(()));
            tally.until_done(100);
        });
        assert!(!model.waiting.is_empty(), "there is enough to ask for all the time");
        acknowledged += round.acknowledged.len();
        failed += round.unanswered.len();
        model.note(&round.acknowledged);
        applied += model.check(&site.contents(), "after a crash of the database");
        // Whoever is told that it failed asks again.
        model.waiting.extend(round.unanswered);
    }
    let left = model.waiting.len();
    let round = load_while(&[&server], &mut model, |tally| tally.until_answered(left));
    assert!(round.unanswered.is_empty(), "{}", server.log());
    model.note(&round.acknowledged);
    model.check(&site.contents(), "at the end");
    assert!(model.units.iter().all(|unit| unit.state != State::There));
    println!(
        "3 crashes: {acknowledged} requests acknowledged, {failed} failed, {applied} of them found applied"
    );
}
