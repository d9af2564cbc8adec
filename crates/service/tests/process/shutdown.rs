//! SIGTERM under load: what was taken is answered, what was answered is done, and nothing else is.

use crate::load::{End, Model, State, load_until};
use crate::support::Site;
use std::net::TcpStream;

#[test]
fn sigterm_under_load_answers_what_was_taken_and_ends_with_0() {
    let site = Site::new();
    let mut model = Model::new(0x7465_726d_696e_6174);
    for _ in 0..8 {
        let mut server = site.start(&["--log", "warn"]);
        if model.waiting.len() < 300 {
            model.import(&site);
        }
        assert!(server.has_ready_file());
        let address = server.address().to_owned();
        let round = load_until(End::Terminate, &mut server, &mut model);
        let status = server.end();
        assert_eq!(status.code(), Some(0), "{status}: {}", server.log());
        assert!(!server.has_ready_file());
        assert_eq!(round.broken, 0, "answers that end in the middle");
        assert!(TcpStream::connect(address).is_err());
        assert_eq!(server.log(), "", "a clean end is worth no warning");

        model.note(&round.acknowledged);
        model.check(&site.contents(), "after SIGTERM");
        // A request may meet a connection that is being closed. Then it was not taken, and nothing of it is done.
        for unit in round.unanswered.into_iter().chain(round.unsent) {
            assert_eq!(model.units[unit].state, State::There, "done, and nobody was told");
            model.waiting.push_front(unit);
        }
    }
}
