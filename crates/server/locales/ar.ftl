# كلمات الصفحات بالعربية. محايدة: تصف الأفعال ومن يتكلم، ولا تحكم على أحد.

skip = الانتقال إلى المحتوى
or = أو
list-comma = {"، "}
list-semicolon = {"؛ "}

## التنقل
nav-label = الصفحات
nav-languages = اللغات
nav-overview = نظرة عامة
nav-agreement = الاتفاق
nav-json = بصيغة JSON

## شريط السؤال
bar-label = ما يُسأل عنه
bar-known_at = بحسب ما كان معلومًا في
bar-at = الحالات في
bar-standard = معيار الإثبات
bar-reading = قراءة النص
bar-sides = قول طرف واحد وحده
bar-sources = قول مصدر واحد وحده
bar-submit = اسأل
bar-reset = العودة إلى الأحدث

problem-time = لا يمكن قراءة «{ $typed }» وقتًا: اكتب 2025-10-14T18:00 بتوقيت الاتفاق، أو 2025-10-14T18:00:00+03:00.
problem-time-date = «{ $typed }» بلا ساعة: اكتب { $typed }T00:00 لأول اليوم، أو { $typed }T23:59 لآخره.
problem-time-far = «{ $typed }» أبعد من خمس سنوات بعد آخر قول مسجل: اسأل عن وقت أسبق.
problem-standard = «{ $typed }» ليس معيار إثبات: اختر واحدًا من القائمة.
problem-account = لا أحد في هذا الرصد اسمه «{ $typed }»: اختر طرفًا أو مصدرًا من القائمة.
problem-reading = ليس للاتفاق قراءة اسمها «{ $typed }»: اختر واحدة من القائمة.
problem-lang = لا توجد صفحات باللغة «{ $typed }».

## ما يستند إليه الحكم
standing-known = المعلوم حتى
standing-at = الحالات في
standing-standard = معيار الإثبات
standing-reading = القراءة
standing-hindsight = نظرة لاحقة: هذه حالات الوقت الأسبق، بحسب ما عُلم حتى الوقت اللاحق.
standing-ahead = هذه حالات وقت يلي الأدلة المستخدمة: لا يدخل فيها شيء عُلم بعد الوقت الأسبق.

standard-alleged = المُدَّعى
standard-corroborated = المؤيَّد
standard-adverse = ما قيل ضد مصلحة القائل
standard-admitted = المُقَرّ به
standard-verified = المُتحقَّق منه
standard-account = بقول { $who } وحده
meaning-alleged = يُقبل كل قول، أيًّا كان قائله.
meaning-corroborated = يُقبل ما يلزم من قول مصدرين مستقلين، كلٌّ على حدة.
meaning-adverse = يُقبل المؤيَّد، أو ما يقوله المتكلم ضد طرفه.
meaning-admitted = يُقبل ما يقوله الطرف الملتزم ضد نفسه، أو ما يقرّ به الطرف المستحق.
meaning-verified = يُقبل قول جهة التحقق التي يسميها البند. والبند الذي لا يسمي جهة لا يُقبل فيه شيء.
meaning-account = يُقبل هذا القول وحده دون غيره.
reading-text = النص كما كُتب

## نظرة عامة
overview-title = هل الاتفاق صامد؟
lead-broken = بهذا المعيار ليس في كل أجزائه: { $ill } من أصل { $of } من الأحكام لم يُراعَ أو لم يُنفَّذ في موعده.
lead-broken-and-in-doubt = بهذا المعيار ليس في كل أجزائه: { $ill } من أصل { $of } من الأحكام لم يُراعَ أو لم يُنفَّذ في موعده؛ و{ $doubt } غيرها لا يمكن الجزم فيها.
lead-in-doubt = بهذا المعيار لا يمكن الجزم: في { $doubt } من أصل { $of } من الأحكام إخلال أو تأخر ممكن، وهو غير مؤكد في أي منها.
lead-not-all-computed = بهذا المعيار لا إخلال ممكن فيما حُسب؛ و{ $uncomputed } من أصل { $of } من الأحكام لم تُحسب.
lead-not-open = لا يسري في ذلك الوقت أي من الأحكام وعددها { $of }.
lead-no-breach = بهذا المعيار، حتى الآن لا إخلال ممكن في أي من الأحكام وعددها { $of }.
no-evidence = لم تُقدَّم أدلة بعد: ما يلي يستند إلى النص وإلى من يُعتدّ بصمته.
no-provisions = ليس في الاتفاق أحكام.
group-breached = أُخلّ به: { $n }
group-not-in-time = لم يُنفَّذ في موعده: { $n }
group-in-doubt = لا يمكن الجزم؛ الإخلال أو التأخر ممكن وغير مؤكد: { $n }
group-no-breach = مفتوح، بلا إخلال حتى الآن: { $n }
group-kept = نُفّذ أو رُوعي أو أُعفي منه: { $n }
group-not-judged = معلّق أو لم يُبتّ فيه: { $n }
group-not-open = غير سارٍ في ذلك الوقت: { $n }
group-not-computed = لا تحسبه هذه النسخة: { $n }
phases-title = المراحل
provisions-title = الأحكام
provisions-hint = يبيّن كل شريط الحالات الممكنة عبر الزمن، من اليمين إلى اليسار؛ والشريط المقسوم كانت له حالات عدة. من بدء النفاذ إلى الوقت المسؤول عنه:
columns-hint = الأرقام والتواريخ والمتكلمون بحسب المعيار الأول: { $standard }.
findings-title = ما تُظهره الأدلة نفسها
evidence-title = الأدلة المقروءة
evidence-read = الأسطر المقروءة: { $read }، والمستخدمة منها: { $used }.
evidence-rejected = أسطر تعذّر استخدامها: { $n }
nobodys-word = لا قول
and-more = وغيرها: { $n }
milestone-reached = تحقق:
milestone-perhaps = ربما تحقق:
moment-not = ليس بعد
moment-between = بين
moment-and = و
moment-if = ربما، وليس قبل
moment-by = بحلول
moment-unknown = غير معلوم
phase-not_begun = لم تبدأ
phase-active = جارية
phase-ended = انتهت

## الأعمدة
col-provision = الحكم
col-phase = المرحلة
col-began = بدأت
col-ended = انتهت
col-figure = الأرقام
col-since = الحالات ثابتة منذ
col-word = بقول من
col-from = من
col-to = إلى
col-status = الحالة
col-status-alone = الحالة بهذا القول وحده
col-bearer = الملتزم
col-violations = الانتهاكات
col-instance = الواقعة
col-required = الواجب
col-amount = المقدار المُبيَّن
col-claimed = المقدار المُدَّعى
col-why = سبب الشك
col-speaker = المتكلم
col-claims = الأقوال
col-when = متى
col-known = معلوم منذ
col-words = النص
col-reason = السبب
col-share = منها
col-ground = الأساس
col-accepted-by = من يقبل التغطية

## الحالات
status-breached = إخلال
status-late = نُفّذ متأخرًا
status-pending = مفتوح، لم يحن موعده
status-pending-prohibition = بلا انتهاك حتى الآن
status-not_adjudicated = لم يُبتّ فيه
status-met = نُفّذ
status-met-prohibition = رُوعي حتى نهايته
status-excused = مُعفى منه
status-suspended = معلّق
status-lapsed = سقط بانتهاء مدته
status-inactive = لم يُفتح بعد
not-computed = غير محسوب
legend-title = معاني الحالات
legend-sets = الوسم المملوء هو الحالة الوحيدة التي تسمح بها الأدلة المقبولة. والأوسمة المحاطة بخط والموصولة بـ«أو» هي كل ما تسمح به: ولا يمكن معرفة أيها الصحيح.
legend-breached = حان موعده ولم يُنفَّذ، أو حظرٌ انتُهك.
legend-late = نُفّذ بعد الموعد.
legend-pending = المهلة مفتوحة ولم يستحق شيء بعد. وفي الحظر: سارٍ ولم يُنتهك حتى الآن.
legend-not_adjudicated = يُتابَع، ولا يُبتّ فيه دون قرار.
legend-met = نُفّذ في موعده، أو حظرٌ رُوعي حتى انتهى.
legend-excused = ينطبق استثناء في النص.
legend-suspended = مُهله متوقفة.
legend-lapsed = انتهت مدته قبل أن يستحق.
legend-inactive = لم تُفتح مهلته.

## سبب وجود أكثر من حالة
why-contested = متنازع فيه: مصادر يقبلها هذا المعيار يناقض بعضها بعضًا.
why-imprecise = غير دقيق: وقت أو مكان أو مقدار معلوم ضمن حدود فقط، والحكم يتوقف عليه.
why-unobserved = غير مرصود: لا جهة مقبولة للرصد تنفي أفعالًا لم يُبلَّغ عنها.
why-unjudged = لم يُفصل فيه: احتُجّ باستثناء ولم يفصل فيه أحد.
why-unset = غير محدد: ترك النص قيمة مفتوحة لم يحددها أحد.
short-contested = متنازع فيه
short-imprecise = غير دقيق
short-unobserved = غير مرصود
short-unjudged = لم يُفصل فيه
short-unset = غير محدد
not-exact = قد تكون المجموعة أوسع من اللازم: تصل الأدلة إلى هذا الحكم من طريقين، ولم تُستبعد كل التراكيب. ولا تمكن حالة خارجها.

## الأرقام
range-between = من { $low } إلى { $high }
range-from = { $low } على الأقل
range-to = { $high } على الأكثر
range-unknown = غير معلوم
required-at_least = { $n } على الأقل
required-at_most = { $n } على الأكثر
required-exactly = { $n } بالضبط
count-unbounded = لا شيء مؤكد؛ والحد الأعلى غير معلوم
count-from = { $n } على الأقل؛ والحد الأعلى غير معلوم
count-exact = { $n }
count-to = { $n } على الأكثر، ولا شيء مؤكد
count-between = من { $low } إلى { $high }
of-owed = المُبيَّن: { $shown }، والواجب { $owed }
of-owed-exact = المُبيَّن: { $shown } من { $owed }
violations = الانتهاكات: { $count }
tally = { $status }: { $count }
of-instances = من أصل { $n }
no-instances = لا واقعة بعد

## عبر الزمن
timeline = عبر الزمن
timeline-label = خط زمني ينتهي بـ: { $last }
stretch = { $from } – { $to }: { $words }
timeline-table = في جدول: { $n }
lanes-hint = مسار لكل حالة، والزمن من اليمين إلى اليسار. يمتلئ المسار كله حيث كانت تلك الحالة وحدها ممكنة، وبعضه حيث أمكنت غيرها أيضًا.

## الحكم
since = ثابتة منذ
text-title = ما يقوله النص
text-quoted = النص كما كُتب
text-line = السطر { $line } من الاتفاق
assumed-title = ما افتُرض حيث سكت النص:
bearers-title = من يلتزم
instances-title = الوقائع: { $n }
instances-hint = أحدث شهر أولًا؛ والأوسمة تعدّ الوقائع من كل نوع.
instances-other = غيرها
instances-near = الوقائع السابقة والتالية
instance-once = مرة واحدة
instance-before = →
instance-after = ←
accounts-title = أرقام كل متكلم
accounts-hint = ما تعطيه أقوال كل مصدر وحدها.
n-claims = الأقوال: { $n }

## التفسير
fact-window = المهلة
fact-arose = تتوقف على
arose-exchange = وحدة الفعل الذي يُقابله
arose-daily = كل يوم بتوقيت الاتفاق
fact-performed = نُفّذ
window-not-set = غير محدد
window-no-end = بلا نهاية محددة
performed-not = لم يُبيَّن
performed-perhaps = ربما، وليس قبل
missing-title = ما ينقص
shares-title = أجزاء الواجب
claims-title = الأقوال
lines-counted = محسوبة: { $n }
lines-counted-hint = أقوال يقبلها هذا المعيار ولها أثر في الحكم.
lines-possible = ممكنة: { $n }
lines-possible-hint = أقوال تترك مجالًا للمزيد ولا تثبت شيئًا.
lines-aside = منحّاة: { $n }
lines-aside-hint = أقوال عن الفعل نفسه لم تُستخدم، ولكل منها سببه.
silence-title = من يُعتدّ بسكوته
silence-hint = مصادر تغطي الفعل وكانت ستبلّغ عنه: فحيث سكتت لا يُعدّ شيء آخر قد وقع.
silence-none = لا أحد: وما لم يُبلَّغ عنه قد يكون وقع.
accepted-by-nobody = لا طرف: افتراض
no-time-given = دون وقت

## القول
claim-title = القول { $id }
claim-crumb = قول
claim-read-at = قُرئ في
claim-says = ما يُدّعى
claim-kind = النوع
claim-act = الفعل
claim-by = بفعل
claim-to = إلى
claim-occurred = وقع
claim-place = أين
claim-history = التصحيحات والردود
claim-history-none = لا شيء في هذا الرصد.
known-from = معلوم منذ
this-claim = هذا القول
cited-title = ما يستند إليه
source-title = المصدر:
source-kind = النوع
source-side = الطرف
written-title = كل حقل كما قُرئ
written-from = من

## الاتفاق
agreement-title = الاتفاق
agreement-hint = النص كله كما قُرئ. وبجانب أول سطر من كل حكم من أحكامه الـ{ $n } حالته.
line-label = السطر { $n }
warnings-title = ملاحظات المدقق

## الرفض
refused-title = لا يمكن قراءة السؤال
refused-body = لم يُخمَّن شيء. صحّح هذا في الحقول أعلاه:
nowhere-title = لا توجد صفحة كهذه
nowhere-body = توجد هذه:
unknown-provision = ليس في الاتفاق حكم اسمه «{ $asked }»
unknown-instance = لا توجد واقعة «{ $asked }» في ذلك الوقت
unknown-instance-body = تمتد الوقائع من بدء النفاذ إلى الوقت المسؤول عنه. توجد هذه:
unknown-claim = لم يُقرأ قول اسمه «{ $asked }»
unknown-claim-body = قد يكون في سطر تعذّر استخدامه: تسرد النظرة العامة تلك الأسطر.

## في كل مكان
foot-zone = الأوقات بتوقيت { $zone }.
foot-principle = لا يؤخذ قول أحد على أنه الحقيقة: لكل رقم قائل، وكل حالة تنتج عن النص والأقوال والمعيار المسمى أعلاه.
foot-agreement = الاتفاق المقروء:
