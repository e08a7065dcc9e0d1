# The words of the pages, in English. Neutral: they describe acts and who speaks, they judge nobody.

skip = Skip to the content
or = or
list-comma = {", "}
list-semicolon = {"; "}

## Navigation
nav-label = Pages
nav-languages = Languages
nav-overview = Overview
nav-agreement = The agreement
nav-json = As JSON

## The question bar
bar-label = What is asked
bar-known_at = As known at
bar-at = Statuses at
bar-standard = Standard of proof
bar-reading = Reading of the text
bar-sides = One side’s word alone
bar-sources = One source’s word alone
bar-submit = Ask
bar-reset = Back to the latest

problem-time = “{ $typed }” is not a time that can be read: write 2025-10-14T18:00 for the agreement’s own time zone, or 2025-10-14T18:00:00+03:00.
problem-time-date = “{ $typed }” has no time of day: write { $typed }T00:00 for its beginning, or { $typed }T23:59 for its end.
problem-time-far = “{ $typed }” is more than five years after the last claim: ask for an earlier time.
problem-standard = “{ $typed }” is no standard of proof: choose one from the list.
problem-account = Nobody in this watch is called “{ $typed }”: choose a side or a source from the list.
problem-reading = The agreement has no reading “{ $typed }”: choose one from the list.
problem-lang = There are no pages in “{ $typed }”.

## What a verdict stands on
standing-known = Known by
standing-at = Statuses at
standing-standard = Standard of proof
standing-reading = Reading
standing-hindsight = Hindsight: these are statuses at the earlier instant, judged by what became known up to the later one.
standing-ahead = These are statuses at an instant later than the evidence used: nothing known after the earlier one is in them.

standard-alleged = Alleged
standard-corroborated = Corroborated
standard-adverse = Adverse
standard-admitted = Admitted
standard-verified = Verified
standard-account = On the word of { $who } alone
meaning-alleged = Every claim is accepted, whoever makes it.
meaning-corroborated = Accepted is what two independent origins each imply.
meaning-adverse = Accepted is what is corroborated, or said against the speaker’s own side.
meaning-admitted = Accepted is what the bound side says against itself, or the side that is owed acknowledges.
meaning-verified = Accepted is what the verifier named in the clause says. A clause that names none has none.
meaning-account = Accepted is this word alone, and nobody else’s.
reading-text = The text as written

## Overview
overview-title = Is it holding?
lead-broken = By this standard not in every part: { $ill } of { $of ->
    [one] { $of } provision
   *[other] { $of } provisions
  } { $ill ->
    [one] was
   *[other] were
  } not kept, or not in time.
lead-broken-and-in-doubt = By this standard not in every part: { $ill } of { $of ->
    [one] { $of } provision
   *[other] { $of } provisions
  } { $ill ->
    [one] was
   *[other] were
  } not kept, or not in time; of { $doubt } more it cannot be told.
lead-in-doubt = By this standard it cannot be told: in { $doubt } of { $of ->
    [one] { $of } provision
   *[other] { $of } provisions
  } a breach or delay is possible, and certain in none.
lead-not-all-computed = By this standard no breach is possible in what was computed; { $uncomputed } of { $of ->
    [one] { $of } provision
   *[other] { $of } provisions
  } { $uncomputed ->
    [one] was
   *[other] were
  } not.
lead-not-open = { $of ->
    [one] The only provision is not in force at that instant.
   *[other] None of { $of } provisions is in force at that instant.
  }
lead-no-breach = By this standard, so far, no breach is possible in { $of ->
    [one] the only provision
   *[other] any of { $of } provisions
  }.
no-evidence = No evidence has been given: what follows rests on the text, and on whose silence counts.
no-provisions = The agreement has no provisions.
group-breached = Breached: { $n }
group-not-in-time = Not performed in time: { $n }
group-in-doubt = Cannot be told; a breach or delay is possible, not certain: { $n }
group-no-breach = Open, with no breach so far: { $n }
group-kept = Performed, kept or excused: { $n }
group-not-judged = Suspended or not adjudicated: { $n }
group-not-open = Not in force at that instant: { $n }
group-not-computed = Not computed by this version: { $n }
phases-title = Phases
provisions-title = Provisions
provisions-hint = Each band shows the statuses possible over time; one that is divided had several. From entry into force to the instant asked about:
columns-hint = Figures, dates and speakers are those under the first standard: { $standard }.
findings-title = What the evidence itself shows
evidence-title = Evidence read
evidence-read = { $read ->
    [one] { $read } line
   *[other] { $read } lines
  } read, { $used } used.
evidence-rejected = { $n ->
    [one] { $n } line could not be used
   *[other] { $n } lines could not be used
  }
nobodys-word = no claim
and-more = and { $n } more
milestone-reached = reached
milestone-perhaps = perhaps reached:
moment-not = not yet
moment-between = between
moment-and = and
moment-if = perhaps, not before
moment-by = by
moment-unknown = not known
phase-not_begun = not begun
phase-active = active
phase-ended = ended

## Columns
col-provision = Provision
col-phase = Phase
col-began = Began
col-ended = Ended
col-figure = Figures
col-since = Statuses unchanged since
col-word = On whose word
col-from = From
col-to = Until
col-status = Status
col-status-alone = Status on this word alone
col-bearer = Bound
col-violations = Violations
col-instance = Instance
col-required = Owed
col-amount = Amount shown
col-claimed = Amount claimed
col-why = Why in doubt
col-speaker = Speaker
col-claims = Claims
col-when = When
col-known = Known from
col-words = Words
col-reason = Why
col-share = Of these
col-ground = Ground
col-accepted-by = Coverage accepted by

## Statuses
status-breached = breached
status-late = performed late
status-pending = open, not due
status-pending-prohibition = no violation so far
status-not_adjudicated = not adjudicated
status-met = met
status-met-prohibition = kept to the end
status-excused = excused
status-suspended = suspended
status-lapsed = lapsed
status-inactive = not open yet
not-computed = not computed
legend-title = What the statuses mean
legend-sets = A filled label is the only status that the accepted evidence allows. Several outlined labels joined by “or” are all that it allows: which of them holds cannot be told.
legend-breached = Due and not performed, or a prohibition violated.
legend-late = Performed after the deadline.
legend-pending = The window is open and nothing is due yet. For a prohibition: in force, and not violated so far.
legend-not_adjudicated = Tracked, and not adjudicated without a ruling.
legend-met = Performed in time, or a prohibition kept until it ended.
legend-excused = An exception in the text holds.
legend-suspended = Its clocks are stopped.
legend-lapsed = Its term ended before it fell due.
legend-inactive = Its window has not opened.

## Why there is more than one
why-contested = Contested: sources that this standard accepts contradict each other.
why-imprecise = Imprecise: a time, a place or an amount is given only within bounds that the verdict depends on.
why-unobserved = Unobserved: nobody accepted as observing it rules out acts that were not reported.
why-unjudged = Unjudged: an exception was invoked, and nobody has ruled on it.
why-unset = Unset: the text leaves a value open that nobody has set.
short-contested = contested
short-imprecise = imprecise
short-unobserved = unobserved
short-unjudged = unjudged
short-unset = unset
not-exact = The set may be wider than it need be: evidence reaches this verdict by two paths, and not every combination was ruled out. No status outside it is possible.

## Figures
range-between = { $low } to { $high }
range-from = at least { $low }
range-to = at most { $high }
range-unknown = not known
required-at_least = at least { $n }
required-at_most = at most { $n }
required-exactly = exactly { $n }
count-unbounded = none certain; no upper bound is known
count-from = at least { $n }; no upper bound is known
count-exact = { $n }
count-to = at most { $n }, none certain
count-between = { $low } to { $high }
of-owed = { $done }: { $shown }, of { $owed } owed
of-owed-exact = { $done }: { $shown } of { $owed }
violations = violations: { $count }
tally = { $status }: { $count }
of-instances = { $n ->
    [one] of { $n } instance
   *[other] of { $n } instances
  }
no-instances = no instance yet

## Timelines
timeline = Over time
timeline-label = Timeline, ending with: { $last }
stretch = { $from } – { $to }: { $words }
timeline-table = { $n ->
    [one] As a table: { $n } stretch
   *[other] As a table: { $n } stretches
  }
lanes-hint = A lane for each status. It is filled whole where that status was the only one possible, and in part where others were possible too.

## Provision
since = Unchanged since
text-title = What the text says
text-quoted = The text as written
text-reading-note = The question takes another reading of the text; the words below are those of the text as written.
text-line = Line { $line } of the agreement
assumed-title = Assumed where the text is silent:
bearers-title = Who is bound
instances-title = { $n ->
    [one] { $n } instance
   *[other] { $n } instances
  }
instances-hint = Newest month first; the labels count the instances of each kind.
instances-other = Others
instances-near = Instances before and after
instance-once = once
instance-before = ←
instance-after = →
accounts-title = Each speaker’s figures
accounts-hint = What each source’s own claims give, taken alone.
n-claims = { $n ->
    [one] { $n } claim
   *[other] { $n } claims
  }

## Explanation
fact-window = Window
fact-arose = It hangs on
arose-exchange = the unit of the trigger that this answers
arose-daily = each civil day of the agreement’s time zone
fact-performed = Performed
window-not-set = not set
window-no-end = no end set
performed-not = not shown
performed-perhaps = perhaps, not before
missing-title = What is missing
shares-title = Parts of the duty
claims-title = The claims
lines-counted = Counted: { $n }
lines-counted-hint = Claims that this standard accepts and that bear on the verdict.
lines-possible = Possible: { $n }
lines-possible-hint = Claims that leave room for more and prove nothing.
lines-aside = Set aside: { $n }
lines-aside-hint = Claims about the same act that are not used, each with its reason.
silence-title = Whose silence counts
silence-hint = Sources that cover the act and would have reported it: where they are silent, nothing more is taken to have happened.
silence-none = Nobody’s: what was not reported may still have happened.
accepted-by-nobody = no party: an assumption
no-time-given = no time given

## Claim
claim-title = Claim { $id }
claim-crumb = Claim
claim-read-at = Read at
claim-says = What is claimed
claim-kind = Kind
claim-act = Act
claim-item = Of what
claim-counter = Counts
claim-by = By
claim-to = To
claim-occurred = Occurred
claim-since = Total since
claim-place = Where
claim-stated = Said
claim-denies = Denies
claim-about = About
claim-later = This claim became known later than the question asks: it is not used in the verdicts below.
claim-history = Corrections and answers
claim-history-none = None in this watch.
claim-revises = Revises
claim-retracts = Withdraws
claim-revised-by = Revised by
claim-retracted-by = Withdrawn by
claim-spoken-of-by = Spoken of by
known-from = known from
not-in-watch = (not in this watch)
basis-asserted = as the source says
basis-admitted = as the party says of itself
basis-inferred = as the source concludes
party-unknown = said to be unknown
reference-title = Claims with the same reference:
reference-alone = No other claim has it.
this-claim = this claim
cited-title = What rests on it
cited-none = No instance rests on it under this question.
source-title = The source:
source-undeclared = Not declared in the sources of this watch: it is taken as its own origin, covering nothing.
source-kind = Kind
source-side = Side
source-origin = Origin
source-under = Under
source-relays = Quotes
source-kind-party = party, or an arm of one
source-kind-guarantor = guarantor
source-kind-monitor = monitoring body
source-kind-un = United Nations
source-kind-ngo = non-governmental organisation
source-kind-media = press or broadcaster
source-kind-sensor = instrument
source-kind-dataset = compiled dataset
source-kind-public = other
covers-title = What its silence may mean
covers-nothing = Nothing: it is not declared to cover anything.
covers-all = all
covers-acts = acts
covers-items = of
covers-counters = counting
covers-by = by
covers-to = to
covers-stages = at the stage
covers-scope = within
covers-area = in
covers-lag = reported within
covers-basis = on the ground:
covers-accepted-by = accepted by
hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
  }
gaps-title = Gaps in it
gap-denied-by = denied by
written-title = Every field, as it was read
written-from = From

## The agreement
agreement-title = The agreement
agreement-hint = The whole text as it was read. { $n ->
    [one] Beside the first line of its only provision stands its status.
   *[other] Beside the first line of each of its { $n } provisions stands its status.
  }
line-label = Line { $n }
warnings-title = What the checker remarks

## Refusals
refused-title = The question cannot be read
refused-body = Nothing was guessed. Correct this in the fields above:
nowhere-title = There is no such page
nowhere-body = There are these:
unknown-provision = The agreement has no provision “{ $asked }”
unknown-instance = There is no instance “{ $asked }” at that instant
unknown-instance-body = Instances run from entry into force to the instant asked about. There are these:
unknown-claim = No claim “{ $asked }” was read
unknown-claim-body = It may be in a line that could not be used: the overview lists those.

## Everywhere
foot-zone = Times are those of { $zone }.
foot-principle = Nobody’s word is taken for the truth: every figure has a speaker, and every status follows from the text, the claims and the standard named above.
foot-agreement = Agreement read:
