" Pact's words in colours: made by `make editors`.
syntax match pactItem ~\%(\k\|[-./]\)\@1<!\%(military_targets\|military_target\|armed_persons\|armed_person\|line_markers\|fuel_trucks\|line_marker\|territories\|withdrawals\|complaints\|facilities\|fuel_ships\|fuel_truck\|withdrawal\|buildings\|complaint\|crossings\|documents\|fuel_ship\|prisoners\|territory\|aircraft\|building\|crossing\|document\|facility\|hostages\|prisoner\|vehicles\|cargoes\|hostage\|notices\|persons\|remains\|vehicle\|weapons\|moneys\|notice\|person\|tonnes\|troops\|trucks\|weapon\|boxes\|cargo\|money\|talks\|terms\|tonne\|truck\|term\|box\)\%(\k\|[-/]\)\@!~
highlight default link pactItem Type
syntax match pactAct ~\%(\k\|[-./]\)\@1<!\%(controlled\|flies_over\|restricted\|terminated\|terminates\|certified\|certifies\|delivered\|flew_over\|recovered\|responded\|restricts\|suspended\|terminate\|withdraws\|admitted\|attacked\|controls\|delivers\|deployed\|disarmed\|extended\|fly_over\|notified\|notifies\|recovers\|released\|releases\|responds\|restrict\|returned\|suspends\|withdraw\|withdrew\|attacks\|certify\|control\|crossed\|crosses\|deliver\|deploys\|disarms\|entered\|extends\|recover\|release\|respond\|resumed\|resumes\|returns\|suspend\|admits\|attack\|closed\|closes\|deploy\|disarm\|enters\|extend\|notify\|opened\|resume\|return\|seized\|seizes\|waived\|waives\|admit\|close\|cross\|enter\|meets\|moved\|moves\|opens\|seize\|waive\|meet\|move\|open\|paid\|pays\|met\|pay\)\%(\k\|[-/]\)\@!~
highlight default link pactAct Function
syntax match pactWord ~\%(\k\|[-./]\)\@1<!\%(notwithstanding\|prohibition\|afterwards\|obligation\|violations\|agreement\|amendment\|collected\|contended\|delivered\|explosion\|gradually\|guarantor\|judgement\|milestone\|part-days\|performed\|shortfall\|violation\|admitted\|anything\|baseline\|breached\|disjoint\|disputes\|exchange\|incident\|promptly\|required\|starting\|timezone\|together\|verified\|assumed\|becomes\|counted\|earlier\|exactly\|feature\|minutes\|monitor\|offered\|overdue\|reading\|subject\|trigger\|version\|amount\|anyone\|before\|begins\|clause\|during\|either\|enters\|except\|family\|graded\|minute\|person\|source\|unless\|values\|within\|actor\|after\|begun\|count\|ended\|enter\|entry\|every\|force\|hours\|lasts\|later\|least\|month\|party\|phase\|power\|start\|these\|until\|valid\|value\|weeks\|where\|while\|body\|days\|each\|ends\|from\|full\|hour\|into\|item\|line\|more\|most\|must\|over\|rata\|term\|than\|that\|they\|time\|week\|when\|with\|zone\|all\|and\|are\|day\|due\|end\|for\|has\|not\|one\|out\|per\|pro\|the\|an\|as\|at\|by\|if\|in\|is\|it\|no\|of\|on\|or\|to\|a\)\%(\k\|[-/]\)\@!~
highlight default link pactWord Statement
syntax match pactNumber ~\<\d\+\%(\.\d\+\)\?\%(st\|nd\|rd\|th\)\?\>~
highlight default link pactNumber Number
syntax match pactPath ~[A-Za-z0-9_.-]\+/[A-Za-z0-9_./+-]\+~
highlight default link pactPath String
syntax match pactDate ~\<\d\{4}-\d\d-\d\d\%(T[0-9A-Za-z:.+-]*\)\?~
highlight default link pactDate Constant
syntax match pactFirst ~^\s*\%(prohibition\|obligation\|agreement\|guarantor\|milestone\|exchange\|monitor\|reading\|actor\|party\|phase\|body\|item\|zone\)\>~
highlight default link pactFirst Keyword
syntax match pactOpen ~["“].*$~
highlight default link pactOpen Error
syntax match pactString ~"[^"]*"\|“[^”]*”~
highlight default link pactString String
syntax match pactComment ~#.*$~
highlight default link pactComment Comment
