//! What is known of a function and of its invocations.

use super::{
    builder::Options,
    exit::Exit,
    fault::{Call, Plan},
    inflight::{AbortOnDrop, HandedOut, Inflight, Job, KnownAs, NotFound},
    log::Logs,
    outcome::{FunctionError, Outcome},
    streaming::Reader,
};
use std::{
    collections::VecDeque,
    fmt::Write as _,
    process::ExitStatus,
    time::{Duration, Instant},
};
use tokio::task::AbortHandle;

#[derive(Debug, Default)]
pub(super) struct State {
    /// The last clone of the function was dropped.
    pub(super) closing: bool,
    /// Why there will be no process again.
    pub(super) fatal: Option<String>,
    pub(super) start_wanted: bool,
    pub(super) stop: Option<Stop>,
    /// How many processes were started; the number of the last one.
    pub(super) started: u64,
    pub(super) process: Option<Process>,
    pub(super) cold_start: Option<ColdStart>,
    /// The last end, and the number of the process.
    pub(super) ended: Option<(u64, Exit)>,
    pub(super) logs: Logs,
    /// How often a function asked to be restored from a snapshot.
    pub(super) restores: u64,
    /// Calls of the function that no runtime should make.
    pub(super) rejected: Vec<String>,
    plans: Vec<(Call, Plan)>,
    queue: VecDeque<Job>,
    inflight: Vec<Inflight>,
    /// The last invocations that were given up.
    given_up: VecDeque<KnownAs>,
    invoked: u64,
}

/// How many invocations are remembered that were given up.
const GIVEN_UP: usize = 1000;

/// How a process is made to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// By SIGKILL.
    Kill,
    /// As Lambda does it at the end of an environment.
    Shutdown,
}

#[derive(Debug)]
pub(super) struct Process {
    pub(super) number: u64,
    pub(super) id: Option<u32>,
    pub(super) began: Instant,
    pub(super) extensions: Vec<Extension>,
    pub(super) init_error: Option<FunctionError>,
    asked_next: bool,
    ready: bool,
}

/// A part of the process that has registered with the Extensions API.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pub(super) wants_invoke: bool,
    pub(super) asked_next: bool,
    pub(super) events: VecDeque<String>,
}

/// How long the start of a process took.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColdStart {
    /// The time from the start of the process to its request for the first invocation.
    pub(super) init: Duration,
    /// The time from the first invocation to the end of its response, once there is one.
    pub(super) first_response: Option<Duration>,
}

/// What is expected of a response.
#[derive(Debug)]
pub(super) struct Expectation {
    /// Whether it is expected as a stream.
    pub(super) response_stream: bool,
    pub(super) handed_out: Instant,
    pub(super) reader: Option<Reader>,
}

impl State {
    /// Puts an invocation in the queue; `make` gets its number.
    pub(super) fn enqueue(&mut self, make: impl FnOnce(u64) -> Job) {
        self.invoked += 1;
        self.queue.push_back(make(self.invoked));
    }

    pub(super) fn needs_process(&self) -> bool {
        self.start_wanted || !self.queue.is_empty()
    }

    /// The end of a process with this number or a later one, if there is one.
    pub(super) fn ended_since(&self, number: u64) -> Option<&Exit> {
        self.ended
            .as_ref()
            .filter(|(ended, _)| *ended >= number)
            .map(|(_, exit)| exit)
    }

    pub(super) fn plan(&mut self, call: Call, plan: Plan) {
        self.plans.push((call, plan));
    }

    pub(super) fn planned(&mut self, call: Call) -> Option<Plan> {
        let at = self
            .plans
            .iter()
            .position(|(planned, _)| *planned == call)?;
        Some(self.plans.remove(at).1)
    }

    /// The same, unless the plan needs an event to hand out.
    pub(super) fn planned_at_once(&mut self, call: Call) -> Option<Plan> {
        let mut of_call = self.plans.iter().filter(|(planned, _)| *planned == call);
        let is_due = of_call
            .next()
            .is_some_and(|(_, plan)| plan.is_due_at_once());
        is_due.then(|| self.planned(call)).flatten()
    }

    /// The process with this number, while it lives.
    pub(super) fn process(&mut self, number: u64) -> Option<&mut Process> {
        self.process
            .as_mut()
            .filter(|process| process.number == number)
    }

    pub(super) fn spawned(&mut self, id: Option<u32>, began: Instant) -> u64 {
        self.started += 1;
        self.start_wanted = false;
        self.stop = None;
        self.cold_start = None;
        self.process = Some(Process {
            number: self.started,
            id,
            began,
            extensions: Vec::new(),
            init_error: None,
            asked_next: false,
            ready: false,
        });
        self.started
    }

    /// The function asks for an event. It may have as many at once as its concurrency allows.
    pub(super) fn asks_next(&mut self, process: u64, options: &Options) -> Result<(), String> {
        self.end_abandoned(options);
        // What did not arrive is what it asks for.
        let arrived = |known: &&Inflight| known.again.is_none();
        let inflight = self.inflight.iter().filter(arrived).count();
        if let Some(process) = self.process(process) {
            process.asked_next = true;
        }
        self.check_ready(process);
        if inflight >= options.concurrency as usize {
            return Err(format!(
                "it asked for an event with {inflight} invocations in flight, and its concurrency is {}",
                options.concurrency
            ));
        }
        Ok(())
    }

    /// The one runtime asks for an event while it sends a stream: it has abandoned the stream.
    fn end_abandoned(&mut self, options: &Options) {
        let abandoned = |it: &&Inflight| it.response_stream && it.is_sent;
        let number = match options.concurrency {
            1 => self.inflight.iter().find(abandoned).map(|it| it.number),
            _ => None,
        };
        if let Some(number) = number {
            let error = FunctionError::new(
                "Runtime.TruncatedResponse",
                "the response ended early, and without an error",
            );
            let _ = self.finish(number, |_, _| Outcome::Error(error));
        }
    }

    /// A process is ready when its runtime and all of its extensions wait for events.
    pub(super) fn check_ready(&mut self, number: u64) {
        let Some(process) = self.process(number) else {
            return;
        };
        let waits = process.asked_next && process.extensions.iter().all(|known| known.asked_next);
        if waits && !process.ready {
            process.ready = true;
            let init = process.began.elapsed();
            self.cold_start = Some(ColdStart {
                init,
                first_response: None,
            });
        }
    }

    /// Hands the first invocation of the queue to the process.
    pub(super) fn hand_out(&mut self, process: u64, options: &Options) -> Option<HandedOut> {
        self.process(process).filter(|process| process.ready)?;
        let again = self.inflight.iter_mut().find_map(|it| it.again.take());
        if again.is_some() {
            return again;
        }
        let (handed_out, inflight) = self.queue.pop_front()?.hand_out(options);
        self.inflight.push(inflight);
        if let Some(process) = self.process(process) {
            for extension in process
                .extensions
                .iter_mut()
                .filter(|known| known.wants_invoke)
            {
                extension
                    .events
                    .push_back(super::extension::invoke_event(&handed_out.headers));
            }
        }
        Some(handed_out)
    }

    /// What was handed out did not arrive as a whole. Lambda hands it out again to the one runtime
    /// that there is; where there are several, it fails the invocation.
    pub(super) fn was_cut(&mut self, invocation: HandedOut, options: &Options) {
        if options.concurrency > 1 {
            let error = FunctionError::new("Runtime.Unknown", "the event could not be sent");
            let _ = self.finish(invocation.number, |_, _| Outcome::Error(error));
            return;
        }
        let number = invocation.number;
        let cut = self.inflight.iter_mut().find(|it| it.number == number);
        if let Some(cut) = cut {
            cut.again = Some(invocation);
        }
    }

    /// The caller no longer waits for the response, which may still come.
    pub(super) fn give_up_on(&mut self, number: u64) {
        let at = self.inflight.iter().position(|it| it.number == number);
        let Some(given_up) = at.map(|at| self.inflight.swap_remove(at)) else {
            return;
        };
        self.given_up.push_back(given_up.known_as());
        if self.given_up.len() > GIVEN_UP {
            self.given_up.pop_front();
        }
        let timeout = given_up.timeout;
        given_up.end(Outcome::TimedOut(timeout));
    }

    /// Has `timer` started with the time that an invocation may take.
    pub(super) fn time(&mut self, number: u64, timer: impl FnOnce(Duration) -> AbortHandle) {
        let inflight = self
            .inflight
            .iter_mut()
            .find(|known| known.number == number);
        // One that is handed out again has no more time than before.
        if let Some(inflight) = inflight.filter(|known| known.timer.is_none()) {
            inflight.timer = Some(AbortOnDrop(timer(inflight.timeout)));
        }
    }

    /// Where a process has one invocation at a time, that ends it; among several, the others go on.
    pub(super) fn time_is_up(&mut self, number: u64, options: &Options) {
        if options.concurrency > 1 {
            return self.give_up_on(number);
        }
        let inflight = self
            .inflight
            .iter_mut()
            .find(|known| known.number == number);
        if let Some(inflight) = inflight {
            inflight.timed_out = true;
            self.stop = Some(Stop::Kill);
        }
    }

    /// The number of the invocation that a call is about.
    pub(super) fn find(&self, id: &str, invocation_id: Option<&[u8]>) -> Result<u64, NotFound> {
        let same_id = || self.inflight.iter().filter(|known| known.id == id);
        let meant = same_id().find(|known| known.is_meant_by(invocation_id));
        let mut late = self.given_up.iter();
        match meant {
            Some(meant) => Ok(meant.number),
            None if late.any(|known| known.is_meant_by(id, invocation_id)) => {
                Err(NotFound::TooLate)
            }
            None if same_id().next().is_none() => Err(NotFound::RequestId),
            None => Err(NotFound::InvocationId),
        }
    }

    /// What reading the response to an invocation needs.
    pub(super) fn expectation(&mut self, number: u64) -> Option<Expectation> {
        let inflight = self.inflight.iter_mut().find(|it| it.number == number)?;
        inflight.is_sent = true;
        Some(Expectation {
            response_stream: inflight.response_stream,
            handed_out: inflight.handed_out,
            reader: inflight.reader.take(),
        })
    }

    /// Ends an invocation; `outcome` gets its id and how long it took.
    pub(super) fn finish(
        &mut self,
        number: u64,
        outcome: impl FnOnce(String, Duration) -> Outcome,
    ) -> Result<(), NotFound> {
        let at = self
            .inflight
            .iter()
            .position(|known| known.number == number);
        let Some(at) = at else {
            // It was given up while its response was read, or responded to twice.
            let is_late = self.given_up.iter().any(|known| known.number == number);
            return Err(if is_late {
                NotFound::TooLate
            } else {
                NotFound::RequestId
            });
        };
        let inflight = self.inflight.swap_remove(at);
        let took = inflight.took();
        if let Some(cold_start) = &mut self.cold_start {
            cold_start.first_response.get_or_insert(took);
        }
        let outcome = outcome(inflight.id.clone(), took);
        inflight.end(outcome);
        Ok(())
    }

    /// The process is gone, and so is the response to all that it had taken.
    pub(super) fn process_ended(&mut self, status: ExitStatus, was_terminated: bool) {
        let Some(process) = self.process.take() else {
            return;
        };
        let exit = Exit {
            status,
            in_init: !process.ready,
            init_error: process.init_error,
            was_terminated,
            logs: self.logs.of(process.number),
        };
        for inflight in self.inflight.drain(..) {
            let outcome = match inflight.timed_out {
                true => Outcome::TimedOut(inflight.timeout),
                false => Outcome::Crash(exit.clone()),
            };
            inflight.end(outcome);
        }
        let was_asked = self.stop.take().is_some() || was_terminated;
        if !process.ready && !was_asked {
            // Another one would do the same, for ever.
            for job in self.queue.drain(..) {
                let _ = job.done.send(Outcome::Crash(exit.clone()));
            }
        }
        self.ended = Some((process.number, exit));
    }

    /// There will be no further process; `fatal` has the reason.
    pub(super) fn give_up(&mut self, why: String) {
        self.fatal = Some(why);
        self.queue.clear();
    }

    /// For messages of failure: all that could explain why nothing happens.
    pub(super) fn story(&self, options: &Options) -> String {
        let mut story = String::new();
        let program = options.program.display();
        let _ = match (&self.fatal, &self.process, &self.ended) {
            (Some(why), _, _) => write!(story, "{why}"),
            (_, Some(process), _) => {
                let stage = if process.ready { "running" } else { "starting" };
                let id = process.id.unwrap_or_default();
                write!(story, "the process {id} of {program} is {stage}")
            }
            (_, None, Some((_, exit))) => write!(story, "{program} has ended: {exit}"),
            (_, None, None) => write!(story, "{program} was not started"),
        };
        let (inflight, queued) = (self.inflight.len(), self.queue.len());
        let _ = write!(
            story,
            "; {inflight} invocations are in flight, {queued} are queued"
        );
        for rejected in &self.rejected {
            let _ = write!(story, "\nit made a call that was rejected: {rejected}");
        }
        let _ = write!(story, "\n{}", self.logs.last());
        story
    }
}

impl Process {
    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    #[cfg(test)]
    pub(super) fn has_asked(&self) -> bool {
        self.asked_next
    }
}
