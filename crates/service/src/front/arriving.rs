//! A request body on its way in: counted, timed, and admitted when it is complete.

use super::answer::Refusal;
use super::exchange::{Front, Progress};
use crate::clock;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};

/// Why a body ends before its end: the connection's error, or [`Refused`].
type BrokenOff = Box<dyn std::error::Error + Send + Sync>;

/// The body as the router reads it.
pub(super) struct Arriving {
    body: Incoming,
    front: Arc<Front>,
    progress: Arc<Progress>,
    began: Instant,
    /// When the last piece came.
    last: Instant,
    /// Set once the body has kept us waiting; most come in one piece with their headers.
    timer: Option<Pin<Box<Sleep>>>,
    /// Nothing more comes.
    complete: bool,
    /// The last piece, until the request has its place.
    held: Option<Frame<Bytes>>,
    /// Set if there was no place at once.
    turn: Option<Pin<Box<dyn Future<Output = bool> + Send>>>,
    ended: bool,
}

impl Arriving {
    pub(super) fn new(body: Incoming, front: Arc<Front>, progress: Arc<Progress>, began: Instant) -> Self {
        Self {
            body,
            front,
            progress,
            began,
            last: began,
            timer: None,
            complete: false,
            held: None,
            turn: None,
            ended: false,
        }
    }

    /// Until when the next piece has to come.
    fn deadline(&self) -> Instant {
        let settings = &self.front.settings;
        (self.began + settings.body_timeout).min(self.last + settings.body_pause)
    }

    /// Ready when the next piece is too late.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let deadline = self.deadline();
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline.into())));
            match timer.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if timer.deadline().into_std() >= deadline => return Poll::Ready(()),
                // Pieces have come since it was set.
                Poll::Ready(()) => timer.as_mut().reset(deadline.into()),
            }
        }
    }

    /// The body is complete: from here on the request takes a place. Ready once it has one, or none in time.
    fn poll_place(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let admitted = if self.turn.is_none() && self.front.places.take() {
            true
        } else {
            let front = &self.front;
            let turn = self.turn.get_or_insert_with(|| {
                let front = Arc::clone(front);
                Box::pin(async move { front.places.wait().await })
            });
            ready!(turn.as_mut().poll(context))
        };
        self.turn = None;
        if !admitted {
            return Poll::Ready(Err(self.refuse(Refusal::Overloaded)));
        }
        self.progress.admitted();
        self.ended = true;
        Poll::Ready(Ok(()))
    }

    /// The next piece, or none.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending if self.poll_late(context).is_ready() => {
                return Poll::Ready(Some(Err(self.refuse(Refusal::TooSlow).into())));
            }
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(Some(Ok(frame))) => frame,
        };
        self.last = clock::moment();
        let length = frame.data_ref().map_or(0, Bytes::len);
        if self.progress.received(length) > self.front.settings.body_bytes {
            return Poll::Ready(Some(Err(self.refuse(Refusal::TooLong).into())));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn refuse(&self, refusal: Refusal) -> Refused {
        self.progress.refuse(refusal);
        Refused
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if !this.complete {
            match ready!(this.poll_piece(context)) {
                // Whoever reads may stop at the last piece without asking for the end.
                Some(Ok(frame)) if this.body.is_end_stream() => this.held = Some(frame),
                None => {}
                more => return Poll::Ready(more),
            }
            this.complete = true;
            this.progress.arrived();
        }
        match ready!(this.poll_place(context)) {
            Ok(()) => Poll::Ready(this.held.take().map(Ok)),
            Err(refused) => Poll::Ready(Some(Err(refused.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended && self.held.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.held.as_ref().and_then(Frame::data_ref) {
            Some(data) => SizeHint::with_exact(data.len() as u64),
            None => self.body.size_hint(),
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.complete {
            self.progress.left_unread();
        }
    }
}

/// What the reader of the body learns; the client gets the refusal's own answer.
#[derive(Clone, Copy, Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request body was refused before it was complete")
    }
}

impl std::error::Error for Refused {}
