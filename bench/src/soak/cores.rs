//! Who runs where: a load that takes the service's processor away would measure itself.

use crate::Outcome;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors of this machine, the last of them for the load and the others for what is loaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cores {
    service: CpuSet,
    load: CpuSet,
}

impl Cores {
    /// Divides those that this thread may run on. With one processor, everybody shares it.
    pub(super) fn divide() -> Outcome<Self> {
        let all = sched_getaffinity(None)?;
        let last = (0..CpuSet::MAX_CPU).rev().find(|&core| all.is_set(core));
        let (mut service, mut load) = (all, all);
        if let (Some(last), 2..) = (last, all.count()) {
            service.unset(last);
            load.clear();
            load.set(last);
        }
        Ok(Self { service, load })
    }

    /// This thread, and every process that it starts, belongs to what is loaded.
    pub(super) fn take_service(&self) -> Outcome<()> {
        Ok(sched_setaffinity(None, &self.service)?)
    }

    /// This thread is the load.
    pub(super) fn take_load(&self) -> Outcome<()> {
        Ok(sched_setaffinity(None, &self.load)?)
    }

    /// Who has what, in words.
    pub(super) fn shown(&self) -> String {
        if self.service == self.load {
            return "The service and the load share one core".to_owned();
        }
        let cores = self.service.count();
        let cores = if cores == 1 { "one core".to_owned() } else { format!("{cores} cores") };
        format!("The service and everything that belongs to it has {cores}, the load another")
    }
}
