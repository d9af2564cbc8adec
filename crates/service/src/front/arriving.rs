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
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};

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
    ended: bool,
}

impl Arriving {
    pub(super) fn new(body: Incoming, front: Arc<Front>, progress: Arc<Progress>, began: Instant) -> Self {
        Self { body, front, progress, began, last: began, timer: None, ended: false }
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

    /// The body is complete: from here on the request takes a place.
    fn end(&mut self) -> Result<(), Refused> {
        if self.ended || self.progress.admit(&self.front) {
            self.ended = true;
            return Ok(());
        }
        Err(self.refuse(Refusal::Overloaded))
    }

    fn refuse(&self, refusal: Refusal) -> Refused {
        self.progress.refuse(refusal);
        Refused
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let frame = match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Pending if this.poll_late(context).is_ready() => {
                return Poll::Ready(Some(Err(this.refuse(Refusal::TooSlow).into())));
            }
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => return Poll::Ready(this.end().err().map(|refused| Err(refused.into()))),
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(Some(Ok(frame))) => frame,
        };
        this.last = clock::moment();
        let length = frame.data_ref().map_or(0, Bytes::len);
        if this.progress.received(length) > this.front.settings.body_bytes {
            return Poll::Ready(Some(Err(this.refuse(Refusal::TooLong).into())));
        }
        // Whoever reads may stop here without asking for the end.
        if this.body.is_end_stream()
            && let Err(refused) = this.end()
        {
            return Poll::Ready(Some(Err(refused.into())));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.ended {
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
