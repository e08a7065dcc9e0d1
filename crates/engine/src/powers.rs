//! Who used which power, with what effect: exercises one after the other, each judged by how things stood just before it
//! (spec/meaning.md §8).
//!
//! Invariant: sound. An exercise is said to have had no effect only where it had none in any world, and to have had one only
//! where it had it in all; what was done before it is known when it is judged, and what may have been done at the same time
//! leaves it in doubt.

use std::collections::BTreeSet;

use model::{
    Duration, Id, Instant, Period,
    agreement::{Agreement, Binding, Condition, Due, Faculty, Power, Suspension, Target, Whose},
    answer::Finding,
};

use crate::{
    conditions::{Context, NotComputed},
    course::{Course, Effect, Stretch, What},
    exercise::{Exercise, Faculties, Length},
    instance::Deadline,
    measure::Evidence,
    signal::{Signal, Truth},
    touched::power_hangs_on,
};

/// More reports of exercises than this are not judged one by one: each may have had effect, or not.
const JUDGED_MAX: usize = 256;

/// More ways than this are not told apart: what is in doubt beyond may have had effect in any of them.
const COURSES_MAX: usize = 16;

/// A power that someone has, from the text or from a breach.
#[derive(Clone, Copy)]
struct Held<'a> {
    act: &'a str,
    by: &'a [Id],
    binding: Binding,
    target: &'a Target,
    ground: Ground<'a>,
    suspension: Option<&'a Suspension>,
    extension: Option<(Length, Option<u32>)>,
    /// Which of the text's it is.
    declared: usize,
}

#[derive(Clone, Copy)]
enum Ground<'a> {
    /// What the power itself says.
    Text(&'a Power),
    /// A provision is breached and that is not cured.
    Breach(&'a Id),
    /// One who suspended may resume.
    Undoing,
}

struct Candidate {
    power: usize,
    exercise: Exercise,
    /// Whether nobody reported it: it may have been later than all that is known.
    unknown: bool,
}

/// What was done to the agreement by an instant: each way in which what is in doubt can have gone, as far as they are few. `changed` is
/// what amendments reached: where the use of some power hangs on that, the texts may have it otherwise, and each use is in doubt.
#[must_use]
pub fn courses(
    agreement: &Agreement,
    evidence: &dyn Evidence,
    at: Instant,
    changed: &BTreeSet<Target>,
) -> Vec<Course> {
    let targets: Vec<Target> = agreement.powers.iter().map(target_of).collect();
    let held = held(agreement, &targets);
    if held.is_empty() {
        return vec![Course::default()];
    }
    let unsettled = !changed.is_empty() && held.iter().any(|power| power.hangs_on(changed));
    let candidates = candidates(&held, evidence, at);
    let mut courses = vec![Course::default()];
    for (index, candidate) in candidates.iter().enumerate() {
        let power = &held[candidate.power];
        let free = power.always() || !entangled(&candidates, index, power);
        let by_another = |other: &Candidate| {
            other.exercise.claim == candidate.exercise.claim && held[other.power].target == power.target
        };
        let before = &candidates[..index];
        let again = same_deed(before, &held, candidate) || before.iter().any(by_another);
        let room = !unsettled && courses.len() * 2 <= COURSES_MAX;
        let mut next = Vec::new();
        for course in courses {
            let context =
                Context::new(agreement, evidence, candidate.exercise.period.last).with_course(course);
            let hangs = unsettled && power.hangs_on(changed);
            let good = if candidate.unknown || index >= JUDGED_MAX || hangs {
                Truth::Perhaps
            } else {
                // What is not computed may be.
                good(&context, power, candidate, free).unwrap_or(Truth::Perhaps)
            };
            let mut course = context.into_course();
            let certain = candidate.exercise.certain && good == Truth::Yes;
            // Of two reports of what may be one extension, or of two powers for one, only one is sure to count.
            let certain = certain && !(again && power.act == "extend");
            if good != Truth::No && !certain && !candidate.unknown && room {
                next.push(course.clone());
                apply(&mut course, &held, candidate, good, true);
            } else {
                apply(&mut course, &held, candidate, good, certain);
            }
            next.push(course);
        }
        courses = next;
    }
    for course in &mut courses {
        course.effects.retain(|effect| effect.when.first <= at);
        course.findings.sort();
        course.findings.dedup();
    }
    courses
}

fn target_of(power: &Power) -> Target {
    match &power.faculty {
        Faculty::Extend { phase, .. } => Target::Phase(phase.clone()),
        Faculty::Suspend(suspension) => suspension.target.clone(),
        Faculty::Other { target, .. } => target.clone(),
    }
}

/// Every power that there is. Who may suspend may resume what is suspended.
fn held<'a>(agreement: &'a Agreement, targets: &'a [Target]) -> Vec<Held<'a>> {
    let mut held = Vec::new();
    for (power, target) in agreement.powers.iter().zip(targets) {
        let (act, suspension, extension) = match &power.faculty {
            Faculty::Extend { by, times, .. } => ("extend", None, Length::of(by).map(|by| (by, *times))),
            Faculty::Suspend(suspension) => (suspension.act.as_str(), Some(suspension), None),
            Faculty::Other { act, .. } => (act.as_str(), None, None),
        };
        let (by, binding, ground) = (power.by.as_slice(), power.binding, Ground::Text(power));
        let declared = held.len();
        each_own(&mut held, Held { act, by, binding, target, ground, suspension, extension, declared });
    }
    for provision in &agreement.provisions {
        for consequence in &provision.terms.consequences {
            let suspension = &consequence.suspension;
            let own = Held {
                act: &suspension.act,
                by: &consequence.by,
                binding: consequence.binding,
                target: &suspension.target,
                ground: Ground::Breach(&provision.id),
                suspension: Some(suspension),
                extension: None,
                declared: held.len(),
            };
            each_own(&mut held, own);
        }
    }
    let undoing = |own: &Held<'a>| Held { act: "resume", ground: Ground::Undoing, suspension: None, ..*own };
    let more: Vec<Held<'a>> = held.iter().filter(|own| own.act == "suspend").map(undoing).collect();
    held.extend(more);
    held
}

/// Adds a power; of its own duties, where any of several may use it alone, one for each: whose they are hangs on who used it.
fn each_own<'a>(held: &mut Vec<Held<'a>>, own: Held<'a>) {
    let whose = own.suspension.is_some_and(|suspension| suspension.whose == Whose::Own);
    if whose && own.by.len() > 1 && matches!(own.binding, Binding::Each | Binding::Either) {
        held.extend(own.by.iter().map(|one| Held { by: std::slice::from_ref(one), ..own }));
    } else {
        held.push(own);
    }
}

impl Held<'_> {
    /// Whether nothing that comes about can take it away.
    fn always(&self) -> bool {
        let stays = match self.ground {
            Ground::Text(power) => power.while_ == Condition::InForce && power.due == Due::Open,
            Ground::Breach(_) => false,
            Ground::Undoing => true,
        };
        stays && self.extension.is_none() && self.suspension.is_none_or(|own| !own.in_all)
    }
}

impl Held<'_> {
    /// Whether it hangs on some of it whether it can be used.
    fn hangs_on(&self, some: &BTreeSet<Target>) -> bool {
        let phase = self.extension.is_some() && some.contains(self.target);
        phase
            || match self.ground {
                Ground::Text(power) => power_hangs_on(power, some),
                Ground::Breach(provision) => some.contains(&Target::Provision(provision.clone())),
                Ground::Undoing => false,
            }
    }

    /// Whether no use of it takes away what is left of it: an extension lets the end come later, and so more be in time.
    fn leaves_itself(&self) -> bool {
        let Ground::Text(power) = self.ground else { return false };
        let ends = |due: &Due| match (due, self.target) {
            (Due::Open, _) => true,
            (Due::Before(Condition::PhaseEnded(phase)), Target::Phase(own)) => phase == own,
            _ => false,
        };
        power.while_ == Condition::InForce
            && ends(&power.due)
            && self.extension.is_some_and(|(_, times)| times.is_none())
    }
}

/// What is reported, and what may be without a report, in order of time.
fn candidates(held: &[Held<'_>], evidence: &dyn Evidence, at: Instant) -> Vec<Candidate> {
    let mut all = Vec::new();
    let unheard = Period::closed(evidence.told_until().next(), at);
    for (power, own) in held.iter().enumerate() {
        let faculties = Faculties { act: own.act, by: own.by, binding: own.binding, target: own.target };
        let reported = evidence.exercises(&faculties).into_iter();
        all.extend(reported.map(|exercise| Candidate { power, exercise, unknown: false }));
        let nobodys = unheard.map(|period| Exercise {
            claim: Id::new(),
            source: Id::new(),
            period,
            certain: false,
            reference: None,
            says: None,
            several: true,
        });
        all.extend(nobodys.map(|exercise| Candidate { power, exercise, unknown: true }));
    }
    all.retain(|candidate| candidate.exercise.period.first <= at);
    for candidate in &mut all {
        // What may be later than the instant asked about may not have been.
        let period = &mut candidate.exercise.period;
        if period.last > at {
            period.last = at;
            candidate.exercise.certain = false;
        }
    }
    let order = |act: &str| match act {
        "terminate" => 0,
        "suspend" => 1,
        "resume" => 2,
        "extend" => 3,
        _ => 4,
    };
    all.sort_by_key(|c| {
        let period = c.exercise.period;
        (period.first, order(held[c.power].act), period.last, c.power, c.exercise.claim.clone())
    });
    all
}

/// Whether another exercise may have come before it or after it, and taken the power away or given it.
fn entangled(all: &[Candidate], index: usize, power: &Held<'_>) -> bool {
    let own = all[index].exercise.period;
    let point = |period: &Period| period.first == period.last;
    all.iter().enumerate().any(|(other, candidate)| {
        let period = candidate.exercise.period;
        let harmless = candidate.power == all[index].power && power.leaves_itself();
        other != index && !harmless && period.meets(&own) && !(point(&period) && point(&own))
    })
}

/// Whether it may be another report of a deed that counts already.
fn same_deed(before: &[Candidate], held: &[Held<'_>], candidate: &Candidate) -> bool {
    let (own, act) = (&candidate.exercise, held[candidate.power].act);
    before.iter().any(|other| {
        let (said, same_act) = (&other.exercise, held[other.power].act == act);
        let apart = said.claim == own.claim
            || said.source == own.source && (said.reference.is_none() || said.reference != own.reference)
            || said.reference.is_some() && own.reference.is_some() && said.reference != own.reference;
        same_act && !apart && said.period.meets(&own.period)
    })
}

/// Whether the one who used a power had it just before.
fn good(
    context: &Context<'_>,
    power: &Held<'_>,
    candidate: &Candidate,
    free: bool,
) -> Result<Truth, NotComputed> {
    let period = candidate.exercise.period;
    let entry = context.entry()?;
    let Some(begun) = entry.spans.first() else { return Ok(Truth::No) };
    let since = Truth::of(period.last >= begun.first, entry.certain_by(period.first));
    // What was so at entry into force is so just before what is done then.
    let before = |t: Instant| t.previous().max(begun.first);
    let ticks = Period { first: before(period.first), last: before(period.last) };
    let over = |signal: &Signal| {
        let (mut may, mut must) = (false, true);
        for (_, truth) in signal.cells_in(&ticks) {
            may |= truth.possible();
            must &= truth == Truth::Yes;
        }
        Truth::of(may, must)
    };
    let own = match power.ground {
        Ground::Text(own) => over(&context.state(&own.while_)?).min(in_time(context, &own.due, &period)?),
        Ground::Breach(provision) => over(&context.overdue(provision)?),
        Ground::Undoing => Truth::Yes,
    };
    let last = match (power.extension, power.target) {
        (Some((_, times)), Target::Phase(phase)) => {
            let (_, ended) = context.phase(phase)?;
            let passed = Truth::of(
                ended.possible_by(period.last.previous()),
                ended.certain_by(period.first.previous()),
            );
            let left = match passed {
                Truth::Yes => Truth::No,
                Truth::Perhaps => Truth::Perhaps,
                Truth::No => Truth::Yes,
            };
            left.min(times_left(context.course(), phase, times))
        }
        _ => Truth::Yes,
    };
    let all = since.min(own).min(last);
    Ok(if free { all } else { Truth::Perhaps })
}

fn in_time(context: &Context<'_>, due: &Due, period: &Period) -> Result<Truth, NotComputed> {
    if *due == Due::Open {
        return Ok(Truth::Yes);
    }
    let (opens, deadline) = context.window(due, &[])?;
    let lasts: Vec<Period> = match &deadline {
        Deadline::Apart(slots) => slots.iter().map(|(_, ends)| *ends).collect(),
        _ => {
            let span =
                |span: &Period| Period { first: deadline.last(span.first), last: deadline.last(span.last) };
            opens.spans.iter().map(span).collect()
        }
    };
    let may = lasts.iter().any(|last| period.first <= last.last) || opens.never;
    let must = !opens.never && lasts.iter().all(|last| period.last <= last.first);
    Ok(Truth::of(may, must))
}

/// Whether a phase can be extended once more.
fn times_left(course: &Course, phase: &Id, times: Option<u32>) -> Truth {
    let Some(times) = times else { return Truth::Yes };
    let own = |effect: &&Effect| {
        matches!(effect.what, What::Extended { .. }) && effect.target == Target::Phase(phase.clone())
    };
    let used = course.effects.iter().filter(own);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let certain = count(used.clone().filter(|effect| effect.certain).count());
    let several = used.clone().any(|effect| matches!(effect.what, What::Extended { several: true, .. }));
    Truth::of(certain < times, count(used.count()) < times && !several)
}

/// Puts what an exercise did to what was done before.
fn apply(course: &mut Course, held: &[Held<'_>], candidate: &Candidate, good: Truth, certain: bool) {
    let (power, exercise) = (&held[candidate.power], &candidate.exercise);
    if good == Truth::No {
        let resumes = matches!(power.ground, Ground::Undoing);
        if exercise.certain && !resumes {
            found(
                course,
                "void_exercise",
                candidate,
                power,
                "there was no ground for it, or it came too late",
            );
        }
        return;
    }
    let when = exercise.period;
    let what = match power.act {
        "suspend" => {
            let Some(stretch) = stretch(course, candidate, power) else {
                if certain {
                    found(
                        course,
                        "void_exercise",
                        candidate,
                        power,
                        "nothing was left of the time that is allowed",
                    );
                }
                return;
            };
            What::Suspended(stretch)
        }
        "terminate" => What::Ended,
        "extend" => {
            let Some((by, _)) = power.extension else { return };
            if exercise.says.is_some_and(|(least, _)| least.exceeds(by)) {
                found(
                    course,
                    "beyond_power",
                    candidate,
                    power,
                    "it says more than the power allows, which is what takes effect",
                );
            }
            What::Extended { by, says: exercise.says, several: exercise.several }
        }
        "resume" => {
            course.resumed.push((power.target.clone(), when));
            return resume(&mut course.effects, power.target, when, certain);
        }
        "waive" => What::Waived,
        "certify" => What::Certified,
        _ => return,
    };
    course.effects.push(Effect { target: power.target.clone(), when, certain, what });
    // What may have been resumed from before on may have been resumed after this.
    if let Some(own) = course.effects.last_mut() {
        for (target, when) in &course.resumed {
            resume(std::slice::from_mut(own), target, *when, false);
        }
    }
}

fn found(course: &mut Course, kind: &str, candidate: &Candidate, power: &Held<'_>, why: &str) {
    let on = match power.target {
        Target::Agreement => String::new(),
        Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) => id.clone(),
    };
    let exercise = &candidate.exercise;
    let detail = format!("{}, which is to {}: {why}", exercise.claim, power.act);
    course.findings.push(Finding { kind: kind.to_owned(), source: exercise.source.clone(), on, detail });
}

/// How long a suspension lasts that nobody resumes; none where nothing is left of what is allowed.
fn stretch(course: &Course, candidate: &Candidate, power: &Held<'_>) -> Option<Stretch> {
    let (suspension, when) = (power.suspension?, candidate.exercise.period);
    let (mut least, mut most) = (suspension.at_most, suspension.at_most);
    if let Some(limit) = suspension.at_most.filter(|_| suspension.in_all) {
        let (used_least, used_most) = used(course, power.declared, when.first);
        least = Some(Duration((limit.0 - used_most).max(0)));
        most = Some(Duration((limit.0 - used_least).max(0)));
        if used_least >= limit.0 {
            return None;
        }
    }
    if candidate.exercise.several || candidate.unknown {
        most = None;
    }
    let whose = match &suspension.whose {
        Whose::Own => Some(power.by.to_vec()),
        Whose::Of(whose) => Some(whose.clone()),
        Whose::All => None,
    };
    Some(Stretch {
        earliest: least.map_or(Instant::MAX, |limit| when.first + limit),
        latest: most.map_or(Instant::MAX, |limit| when.last + limit),
        whose,
        clocks_stop: suspension.clocks_stop,
        power: power.declared,
    })
}

/// How much of its time a power has used before an instant, at least and at most.
fn used(course: &Course, power: usize, before: Instant) -> (i64, i64) {
    let (mut least, mut most) = (0_i64, 0_i64);
    for effect in &course.effects {
        let What::Suspended(stretch) = &effect.what else { continue };
        if stretch.power != power {
            continue;
        }
        // What still runs uses up what it may last.
        let shortest = stretch.earliest.0 - effect.when.last.0;
        let longest = stretch.latest.0.saturating_sub(effect.when.first.0);
        least += if effect.certain && stretch.earliest <= before { shortest.max(0) } else { 0 };
        most = most.saturating_add(longest);
    }
    (least, most)
}

/// Ends the suspensions that were running.
fn resume(effects: &mut [Effect], target: &Target, when: Period, certain: bool) {
    for effect in effects.iter_mut().filter(|effect| effect.target == *target) {
        let What::Suspended(stretch) = &mut effect.what else { continue };
        // What begins at the same instant was not running just before it.
        if when.last <= effect.when.first || when.first >= stretch.latest {
            continue;
        }
        let sure = certain && when.first > effect.when.last;
        if sure {
            stretch.latest = stretch.latest.min(when.last);
        }
        stretch.earliest = stretch.earliest.min(when.first.max(effect.when.first.next()));
    }
}
