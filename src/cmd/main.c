/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

/* Commands in the order in which a newcomer meets them; `sandbank help` prints this table. */
static const struct sb_cmd commands[] = {
    {"charter", "check, compare, format, show and try a charter",
     "kiểm tra, so sánh, trình bày, xem và thử một điều lệ",
     "sandbank charter check FILE... [--upper FILE] [--json]\n"
     "sandbank charter diff A B [--on DATE | --from DATE --to DATE] [--json]\n"
     "sandbank charter format [--lang vi|en] FILE\n"
     "sandbank charter keywords\n"
     "sandbank charter show FILE [LAYER...] [--on DATE]\n"
     "sandbank charter try FILE [--layer FILE]... --event TEXT... [--events FILE]\n"
     "  FILE           a charter, or a shipped one: vn/mobile-money\n"
     "  A, B           diff: two charters; vn/mobile-money@2026-01-15 is the law of that day as if it held "
     "always\n"
     "  --upper FILE   check: the regulator's charter that the others lie on\n"
     "  --json         check, diff: what was found as JSON\n"
     "  --lang vi|en   format: the language of the keywords\n"
     "  --on DATE      show: the rules in force then (today); diff: only the laws of that day\n"
     "  --from, --to   diff: only these days, both included\n"
     "  --layer FILE   try: a provider's charter on top, once for each\n"
     "  --event TEXT   try: one event: '2025-09-03T10:00 cash-in 500 from kiosk to alice'\n"
     "  --events FILE  try: such events, one a line",
     "sandbank charter check TỆP... [--upper TỆP] [--json]\n"
     "sandbank charter diff A B [--on NGÀY | --from NGÀY --to NGÀY] [--json]\n"
     "sandbank charter format [--lang vi|en] TỆP\n"
     "sandbank charter keywords\n"
     "sandbank charter show TỆP [TẦNG...] [--on NGÀY]\n"
     "sandbank charter try TỆP [--layer TỆP]... --event DÒNG... [--events TỆP]\n"
     "  TỆP            một điều lệ, hoặc tên điều lệ có sẵn: vn/mobile-money\n"
     "  A, B           diff: hai điều lệ; vn/mobile-money@2026-01-15 là luật của ngày đó như thể luôn có "
     "hiệu "
     "lực\n"
     "  --upper TỆP    check: điều lệ của cơ quan quản lý nằm dưới các điều lệ kia\n"
     "  --json         check, diff: kết quả dạng JSON\n"
     "  --lang vi|en   format: ngôn ngữ của từ khoá\n"
     "  --on NGÀY      show: quy định có hiệu lực vào ngày đó (mặc định: hôm nay); diff: chỉ luật của "
     "ngày đó\n"
     "  --from, --to   diff: chỉ những ngày này, kể cả hai ngày đầu cuối\n"
     "  --layer TỆP    try: điều lệ của nhà cung cấp chồng lên trên, mỗi tệp một lần\n"
     "  --event DÒNG   try: một sự kiện: '2025-09-03T10:00 cash-in 500 from kiosk to alice'\n"
     "  --events TỆP   try: các sự kiện như vậy, mỗi dòng một sự kiện",
     sb_cmd_charter},
    {"synth", "generate a synthetic country as an event file", "tạo một quốc gia mô phỏng thành tệp sự kiện",
     "sandbank synth [--country vn] [--scale N] [--from DATE] [--to DATE | --months N] [--seed N] [--json] "
     "--out FILE\n"
     "  --country vn   Viet Nam, the only one so far\n"
     "  --scale N      one account stands for N (100); 1 is the whole country\n"
     "  --from DATE    first day, by +07:00 (2025-09-01)\n"
     "  --to DATE      last day (2025-10-31), or --months N from the first day on\n"
     "  --seed N       another country of the same kind (1); the same seed gives the same bytes\n"
     "  --json         the figures as JSON\n"
     "  --out FILE     the event file; '-' is standard output, and the figures go to standard error",
     "sandbank synth [--country vn] [--scale N] [--from NGÀY] [--to NGÀY | --months N] [--seed N] [--json] "
     "--out TỆP\n"
     "  --country vn   Việt Nam, nước duy nhất hiện có\n"
     "  --scale N      một tài khoản đại diện cho N tài khoản (100); 1 là cả nước\n"
     "  --from NGÀY    ngày đầu, theo giờ +07:00 (2025-09-01)\n"
     "  --to NGÀY      ngày cuối (2025-10-31), hoặc --months N tháng kể từ ngày đầu\n"
     "  --seed N       một nước khác cùng kiểu (1); cùng số thì ra cùng từng byte\n"
     "  --json         số liệu dạng JSON\n"
     "  --out TỆP      tệp sự kiện; '-' là đầu ra chuẩn, khi đó số liệu ra đầu ra lỗi",
     sb_cmd_synth},
    {"import", "turn other people's files into an event file", "chuyển tệp của người khác thành tệp sự kiện",
     "sandbank import MAP FILE.csv... [--out FILE.events] [--rejects FILE]\n"
     "sandbank import --guess FILE.csv\n"
     "  MAP             says which columns mean what: docs/import.md\n"
     "  --out FILE      the event file (FILE.csv.events beside the first file)\n"
     "  --rejects FILE  rows left out, with file, line and reason (rejects.csv beside the event file)\n"
     "  --guess FILE    print a mapping for a file that nobody has described, with the reason of each "
     "sentence",
     "sandbank import ÁNH-XẠ TỆP.csv... [--out TỆP.events] [--rejects TỆP]\n"
     "sandbank import --guess TỆP.csv\n"
     "  ÁNH-XẠ          cho biết cột nào nghĩa là gì: docs/import.md\n"
     "  --out TỆP       tệp sự kiện (mặc định TỆP.csv.events cạnh tệp đầu tiên)\n"
     "  --rejects TỆP   các dòng bị loại, kèm tệp, số dòng và lý do (mặc định rejects.csv cạnh tệp sự kiện)\n"
     "  --guess TỆP     in ra một ánh xạ đề xuất cho tệp chưa ai mô tả, kèm lý do của từng câu",
     sb_cmd_import},
    {"run", "events through the engine into a journal", "đưa sự kiện qua máy vào nhật ký",
     "sandbank run DIR --charter FILE [--layer FILE]... EVENTS...\n"
     "  DIR                   the journal's folder, made when it is not there\n"
     "  EVENTS                event files (from synth or import) or texts of events, in the order of time\n"
     "                        (- is standard input)\n"
     "  --charter FILE        the regulator's charter: a file, or the name of a shipped one "
     "(vn/mobile-money)\n"
     "  --layer FILE          a provider's charter on top of it; may be repeated\n"
     "  --sign FILE           sign checkpoints with this secret key (see `sandbank key`)\n"
     "  --checkpoint-every N  events between checkpoints; without it one at the end\n"
     "  --snapshot-every N    events between snapshots; without it one at the end, for a quick next start\n"
     "  --future              take events that lie more than a year ahead of this machine's clock\n"
     "  --json                the report as JSON",
     "sandbank run THƯ-MỤC --charter TỆP [--layer TỆP]... SỰ-KIỆN...\n"
     "  THƯ-MỤC               thư mục của nhật ký, được tạo nếu chưa có\n"
     "  SỰ-KIỆN               tệp sự kiện (từ synth hoặc import) hoặc văn bản sự kiện, theo thứ tự thời "
     "gian; - là đầu vào chuẩn\n"
     "  --charter TỆP         điều lệ của cơ quan quản lý: một tệp, hoặc tên điều lệ có sẵn "
     "(vn/mobile-money)\n"
     "  --layer TỆP           điều lệ của nhà cung cấp chồng lên trên; có thể lặp lại\n"
     "  --sign TỆP            ký các điểm kiểm tra bằng khoá bí mật này (xem `sandbank key`)\n"
     "  --checkpoint-every N  số sự kiện giữa hai điểm kiểm tra; không cho thì chỉ có một ở cuối\n"
     "  --snapshot-every N    số sự kiện giữa hai ảnh chụp; không cho thì chỉ có một ở cuối, để lần sau mở "
     "nhanh\n"
     "  --future              nhận cả sự kiện ở xa hơn một năm so với đồng hồ máy này\n"
     "  --json                báo cáo dạng JSON",
     sb_cmd_run},
    {"verify", "believe nothing but the bytes: prove a journal", "chỉ tin từng byte: chứng minh một nhật ký",
     "sandbank verify DIR [--key PUB] [--json]\n"
     "  --key PUB             the public key that every checkpoint must be signed by: a file, or 64 hex "
     "digits\n"
     "  --json                the result as JSON",
     "sandbank verify THƯ-MỤC [--key KHOÁ] [--json]\n"
     "  --key KHOÁ            khoá công khai đã ký mọi điểm kiểm tra: một tệp, hoặc 64 chữ số hex\n"
     "  --json                kết quả dạng JSON",
     sb_cmd_verify},
    {"statement", "an account's events in order, with its balance after each",
     "sự kiện của một tài khoản theo thứ tự, với số dư sau mỗi sự kiện",
     "sandbank statement DIR ACCOUNT [--from DATE] [--to DATE] [--csv|--json] [--whole]\n"
     "  ACCOUNT               the account: its id in hex, or the text that it was made of\n"
     "  --from DATE           only from this day on, by the charter's clock\n"
     "  --to DATE             only up to this day, inclusive\n"
     "  --csv                 as CSV, amounts in minor units\n"
     "  --json                as JSON, amounts in minor units\n"
     "  --whole               from the whole journal, without the index",
     "sandbank statement THƯ-MỤC TÀI-KHOẢN [--from NGÀY] [--to NGÀY] [--csv|--json] [--whole]\n"
     "  TÀI-KHOẢN             tài khoản: mã hex, hoặc văn bản đã tạo ra mã\n"
     "  --from NGÀY           chỉ từ ngày này, theo đồng hồ của điều lệ\n"
     "  --to NGÀY             chỉ đến hết ngày này\n"
     "  --csv                 dạng CSV, số tiền theo đơn vị nhỏ nhất\n"
     "  --json                dạng JSON, số tiền theo đơn vị nhỏ nhất\n"
     "  --whole               từ toàn bộ nhật ký, không dùng chỉ mục",
     sb_cmd_statement},
    {"index", "keep the index of old events: a cache of the journal",
     "giữ chỉ mục các sự kiện cũ: bộ nhớ đệm của nhật ký",
     "sandbank index DIR [--rebuild] [--verify] [--json]\n"
     "  --rebuild             make it anew\n"
     "  --verify              compare every row of it with the journal\n"
     "  --json                the result as JSON",
     "sandbank index THƯ-MỤC [--rebuild] [--verify] [--json]\n"
     "  --rebuild             dựng lại từ đầu\n"
     "  --verify              so từng dòng với nhật ký\n"
     "  --json                kết quả dạng JSON",
     sb_cmd_index},
    {"journal", "print or count what a journal holds", "in ra hoặc đếm nội dung một nhật ký",
     "sandbank journal dump DIR [--from N] [--to N] [--utc] [--json]\n"
     "sandbank journal stat DIR [--utc] [--json]\n"
     "  --from N, --to N      dump: only events with these sequence numbers\n"
     "  --utc                 times in UTC, not by the charter's clock\n"
     "  --json                dump: one object a line; stat: one object",
     "sandbank journal dump THƯ-MỤC [--from N] [--to N] [--utc] [--json]\n"
     "sandbank journal stat THƯ-MỤC [--utc] [--json]\n"
     "  --from N, --to N      dump: chỉ các sự kiện có số thứ tự này\n"
     "  --utc                 thời điểm theo UTC, không theo múi giờ của điều lệ\n"
     "  --json                dump: mỗi dòng một đối tượng; stat: một đối tượng",
     sb_cmd_journal},
    {"snapshot", "list, check or delete what makes a start quick",
     "liệt kê, kiểm tra hoặc xoá các ảnh chụp giúp mở nhanh",
     "sandbank snapshot list DIR [--json]\n"
     "sandbank snapshot check DIR [--json]\n"
     "sandbank snapshot delete DIR\n"
     "  list           the snapshots beside a journal, newest first\n"
     "  check          run the journal from its first event and compare each snapshot with the state it "
     "gives\n"
     "  delete         remove them all; the next start reads the whole journal\n"
     "  --json         list, check: an array of objects",
     "sandbank snapshot list THƯ-MỤC [--json]\n"
     "sandbank snapshot check THƯ-MỤC [--json]\n"
     "sandbank snapshot delete THƯ-MỤC\n"
     "  list           các ảnh chụp bên cạnh một nhật ký, mới nhất trước\n"
     "  check          chạy nhật ký từ sự kiện đầu tiên và so từng ảnh chụp với trạng thái thu được\n"
     "  delete         xoá tất cả; lần mở sau đọc toàn bộ nhật ký\n"
     "  --json         list, check: một mảng đối tượng",
     sb_cmd_snapshot},
    {"backup", "copy a journal, also while it is written", "sao chép nhật ký, kể cả khi đang được ghi",
     "sandbank backup DIR TO\n"
     "  DIR            the journal's folder\n"
     "  TO             the backup's folder, made when it is not there; what it has already is not written "
     "again",
     "sandbank backup THƯ-MỤC ĐÍCH\n"
     "  THƯ-MỤC        thư mục của nhật ký\n"
     "  ĐÍCH           thư mục của bản sao lưu, được tạo nếu chưa có; phần đã có không phải ghi lại",
     sb_cmd_backup},
    {"restore", "make a journal of a backup, and verify it", "dựng lại nhật ký từ bản sao lưu, và xác minh",
     "sandbank restore FROM DIR\n"
     "  FROM           a backup's folder\n"
     "  DIR            the journal's folder: absent, or empty",
     "sandbank restore NGUỒN THƯ-MỤC\n"
     "  NGUỒN          thư mục của bản sao lưu\n"
     "  THƯ-MỤC        thư mục của nhật ký: chưa có, hoặc trống",
     sb_cmd_restore},
    {"explain", "why an event passed or not", "vì sao một sự kiện qua hay không",
     "sandbank explain DIR EVENT-ID|--sequence N [--whole] [--json]\n"
     "  EVENT-ID              32 hex digits, or the text that the id was made of\n"
     "  --sequence N          the event with this sequence number\n"
     "  --whole               run the whole journal up to it, without the index\n"
     "  --json                the result as JSON",
     "sandbank explain THƯ-MỤC MÃ-SỰ-KIỆN|--sequence N [--whole] [--json]\n"
     "  MÃ-SỰ-KIỆN            32 chữ số hex, hoặc văn bản mà mã được tạo từ đó\n"
     "  --sequence N          sự kiện có số thứ tự này\n"
     "  --whole               chạy lại toàn bộ nhật ký đến đó, không dùng chỉ mục\n"
     "  --json                kết quả dạng JSON",
     sb_cmd_explain},
    {"replay", "the recorded history under another law", "chạy lại lịch sử đã ghi dưới luật khác",
     "sandbank replay DIR [options]\n"
     "  --charter FILE        another charter; --layer FILE puts a provider's on it\n"
     "  --law-at DATE         judge every event by the sentences in force on that day\n"
     "  --known-at DATE       judge with what was known on that day\n"
     "  --set LIMIT=AMOUNT    another ceiling, for example month=1000000; may be repeated\n"
     "  --mode MODE           whole-run (had it been the law from the start?) or one-step (single verdicts)\n"
     "  --by LIST             groups of: limit,kind,tier,province,area,month (default limit,kind)\n"
     "  --json                the report as JSON\n"
     "  --csv FILE            a row for every difference\n"
     "Exit code 0: nothing differs; 1: something does.",
     "sandbank replay THƯ-MỤC [tuỳ chọn]\n"
     "  --charter TỆP         điều lệ khác; --layer TỆP đặt điều lệ của nhà cung cấp lên trên\n"
     "  --law-at NGÀY         xét mọi sự kiện theo các câu có hiệu lực vào ngày đó\n"
     "  --known-at NGÀY       xét theo những gì đã biết vào ngày đó\n"
     "  --set HẠN-MỨC=SỐ      mức khác, ví dụ month=1000000; có thể lặp lại\n"
     "  --mode KIỂU           whole-run (nếu luật ấy có từ đầu?) hoặc one-step (từng phán quyết riêng)\n"
     "  --by DANH-SÁCH        nhóm theo: limit,kind,tier,province,area,month (mặc định limit,kind)\n"
     "  --json                báo cáo dạng JSON\n"
     "  --csv TỆP             mỗi khác biệt một dòng\n"
     "Mã thoát 0: không có gì khác; 1: có khác biệt.",
     sb_cmd_replay},
    {"serve", "the page and its API, with the pilots behind them",
     "trang web và API, cùng các thí điểm phía sau",
     "sandbank serve DIR [--port N] [--config FILE] [--page DIR] [--log lines|json]\n"
     "               [--feed EVENTS [--speed N] [--live-from DATE] [--charter FILE]]\n"
     "  DIR                   a journal's folder, or a folder of such: each is a pilot\n"
     "  --port N              listen on this port of 127.0.0.1 (8316); 0: any free one\n"
     "  --config FILE         lines of `key = value`: docs/server.md lists the keys\n"
     "  --page DIR            the page's files (those that were built or installed with this program)\n"
     "  --log lines|json      how to tell what happens, on standard error\n"
     "  --feed EVENTS         for demonstrations: an event file goes in with its own times\n"
     "  --speed N             so many seconds of recorded time a second (3600)\n"
     "  --live-from DATE      what lies before this day goes in at once\n"
     "  --charter FILE        make the journal for the feed, under this charter\n"
     "Ends in good order at SIGTERM or Ctrl-C: what was accepted is finished.",
     "sandbank serve THƯ-MỤC [--port N] [--config TỆP] [--page THƯ-MỤC] [--log lines|json]\n"
     "               [--feed SỰ-KIỆN [--speed N] [--live-from NGÀY] [--charter TỆP]]\n"
     "  THƯ-MỤC               thư mục của một nhật ký, hoặc thư mục chứa các thư mục đó: mỗi nhật ký là một "
     "thí "
     "điểm\n"
     "  --port N              lắng nghe ở cổng này của 127.0.0.1 (8316); 0: cổng trống bất kỳ\n"
     "  --config TỆP          các dòng `khoá = giá trị`: xem docs/server.md\n"
     "  --page THƯ-MỤC        các tệp của trang web (mặc định: bản dựng hoặc cài cùng chương trình)\n"
     "  --log lines|json      cách ghi diễn biến ra đầu ra lỗi\n"
     "  --feed SỰ-KIỆN        để trình diễn: nạp một tệp sự kiện với thời gian của chính nó\n"
     "  --speed N             số giây đã ghi trong mỗi giây (3600)\n"
     "  --live-from NGÀY      phần trước ngày này được nạp ngay\n"
     "  --charter TỆP         tạo nhật ký cho phần nạp, dưới điều lệ này\n"
     "Kết thúc gọn gàng khi nhận SIGTERM hoặc Ctrl-C: hoàn tất những gì đã nhận.",
     sb_cmd_serve},
    {"measure", "what the pilot comes to, and its goals", "thí điểm đạt được gì, và các mục tiêu của nó",
     "sandbank measure DIR [--charter FILE [--layer FILE]...] [--at DATE] [--by GROUPS] [--csv | --json]\n"
     "sandbank measure DIR --panel MEASURE [--period month|week] [--starts LIST]\n"
     "  --charter FILE        the sentences of this charter (goals, measures ...) instead of the journal's "
     "own; --layer "
     "FILE lies on it\n"
     "  --at DATE             as it was at the end of that day (the last day)\n"
     "  --by GROUPS           all, province, area, tier, sex, age, provider, kind or sentence (all)\n"
     "  --days N              the window of measures that have one (30)\n"
     "  --adults FILE         adults by province: a CSV with the columns province and adults\n"
     "  --suppress            show nothing behind which stand fewer than five people\n"
     "  --csv, --json         rows, or all of it as JSON\n"
     "  --panel MEASURE       rows by province and period, for `sandbank evaluate`\n"
     "  --period month|week   the panel's periods (month); parts of one are left out\n"
     "  --starts LIST         when it began where, for the panel: 24=2025-09,01=2025-11",
     "sandbank measure THƯ-MỤC [--charter TỆP [--layer TỆP]...] [--at NGÀY] [--by NHÓM] [--csv | --json]\n"
     "sandbank measure THƯ-MỤC --panel CHỈ-TIÊU [--period month|week] [--starts DANH-SÁCH]\n"
     "  --charter TỆP         theo các câu (mục tiêu, chỉ tiêu ...) của điều lệ này thay cho điều lệ trong "
     "nhật ký; "
     "--layer TỆP chồng lên trên\n"
     "  --at NGÀY             tính đến cuối ngày đó (mặc định: ngày cuối)\n"
     "  --by NHÓM             all, province, area, tier, sex, age, provider, kind hoặc sentence (all)\n"
     "  --days N              kỳ tính của các chỉ tiêu có kỳ (30)\n"
     "  --adults TỆP          số người lớn theo tỉnh: tệp CSV có cột province và adults\n"
     "  --suppress            không hiện số nào chỉ dựa trên dưới năm người\n"
     "  --csv, --json         dạng dòng, hoặc toàn bộ dạng JSON\n"
     "  --panel CHỈ-TIÊU      các dòng theo tỉnh và kỳ, cho `sandbank evaluate`\n"
     "  --period month|week   kỳ của bảng (month); kỳ không trọn thì bỏ\n"
     "  --starts DANH-SÁCH    nơi nào bắt đầu khi nào, cho bảng: 24=2025-09,01=2025-11",
     sb_cmd_measure},
    {"evaluate", "did it change anything? difference-in-differences on a panel",
     "thí điểm có làm thay đổi gì? khác biệt trong khác biệt trên một bảng",
     "sandbank evaluate PANEL.csv --unit COLUMN --time COLUMN --outcome COLUMN --treated COLUMN [options]\n"
     "  --unit, --time        columns of the unit and the period\n"
     "  --outcome COLUMN      what is compared; a unit with a hole is left out\n"
     "  --treated COLUMN      the first period in which the unit is treated; empty: never\n"
     "  --cluster COLUMN      what chance strikes together (the unit)\n"
     "  --weight COLUMN       weight of the unit (all the same)\n"
     "  --controls WHICH      never: units never treated (the default); not-yet: those treated later too\n"
     "  --bootstrap N         draws (1000); --seed N another series of them (1)\n"
     "  --json, --csv         the estimates as JSON, or as rows",
     "sandbank evaluate BẢNG.csv --unit CỘT --time CỘT --outcome CỘT --treated CỘT [tuỳ chọn]\n"
     "  --unit, --time        cột của đơn vị và của kỳ\n"
     "  --outcome CỘT         điều được so sánh; đơn vị thiếu số liệu bị loại\n"
     "  --treated CỘT         kỳ đầu tiên đơn vị được áp dụng; để trống: không bao giờ\n"
     "  --cluster CỘT         những gì chịu ngẫu nhiên cùng nhau (mặc định: đơn vị)\n"
     "  --weight CỘT          trọng số của đơn vị (mặc định: như nhau)\n"
     "  --controls LOẠI       never: đơn vị không bao giờ áp dụng (mặc định); not-yet: cả đơn vị áp dụng "
     "sau\n"
     "  --bootstrap N         số lần rút (1000); --seed N một dãy khác (1)\n"
     "  --json, --csv         các ước lượng dạng JSON, hoặc dạng dòng",
     sb_cmd_evaluate},
    {"report", "the report of a pilot, that anyone can compute again",
     "báo cáo của thí điểm, ai cũng tính lại được",
     "sandbank report DIR [--html | --json | --text] [--out FILE] [--at DATE] [--alternative LAW]...\n"
     "  --html                one file without scripts, in both languages; --json; --text (the default)\n"
     "  --out FILE            write it there, not to standard output\n"
     "  --at DATE             as it was at the end of that day (the last day)\n"
     "  --alternative LAW     what replay says under another law: month=20000000, law-at=2026-01-15, "
     "known-at=2025-06-01;\n"
     "                        may be repeated; without it the charter's own next version",
     "sandbank report THƯ-MỤC [--html | --json | --text] [--out TỆP] [--at NGÀY] [--alternative LUẬT]...\n"
     "  --html                một tệp không có mã chạy, đủ hai ngôn ngữ; --json; --text (mặc định)\n"
     "  --out TỆP             ghi vào tệp, không ra đầu ra chuẩn\n"
     "  --at NGÀY             tính đến cuối ngày đó (mặc định: ngày cuối)\n"
     "  --alternative LUẬT    chạy lại dưới luật khác: month=20000000, law-at=2026-01-15, "
     "known-at=2025-06-01;\n"
     "                        có thể lặp lại; không cho thì lấy phiên bản kế tiếp của chính điều lệ",
     sb_cmd_report},
    {"user", "the people who may sign in to a server", "những người được đăng nhập vào máy chủ",
     "sandbank user VERB DIR [NAME] [--roles LIST] [--off] [--vault FILE]\n"
     "  VERB          add, passwd, role, totp, remove or list\n"
     "  DIR           the folder that `serve` serves\n"
     "  --roles LIST  some of viewer,analyst,maker,checker,admin\n"
     "  --off         totp: no second factor from now on\n"
     "  --vault FILE  the vault, when it is not in DIR/vault\n"
     "Passwords are read from standard input.",
     "sandbank user VIỆC THƯ-MỤC [TÊN] [--roles DANH-SÁCH] [--off] [--vault TỆP]\n"
     "  VIỆC               add, passwd, role, totp, remove hoặc list\n"
     "  THƯ-MỤC            thư mục mà `serve` phục vụ\n"
     "  --roles DANH-SÁCH  một số trong viewer,analyst,maker,checker,admin\n"
     "  --off              totp: từ nay không dùng yếu tố thứ hai\n"
     "  --vault TỆP        kho dữ liệu cá nhân, nếu không ở THƯ-MỤC/vault\n"
     "Mật khẩu được đọc từ đầu vào chuẩn.",
     sb_cmd_user},
    {"key", "make a pair of keys to sign checkpoints", "tạo cặp khoá để ký điểm kiểm tra",
     "sandbank key FILE\n"
     "  Writes the secret key to FILE and the public one to FILE.pub; never overwrites.",
     "sandbank key TỆP\n"
     "  Ghi khoá bí mật vào TỆP và khoá công khai vào TỆP.pub; không bao giờ ghi đè.",
     sb_cmd_key},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]) - 1)

static void print_help(FILE *stream)
{
    fputs(sb_tr(sb_cmd_lang, "sandbank: run a regulatory pilot under its charter, and prove what it did\n\n",
                "sandbank: chạy thí điểm theo điều lệ của nó, và chứng minh thí điểm đã làm gì\n\n"),
          stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-10s %s\n", commands[i].name,
                sb_tr(sb_cmd_lang, commands[i].summary_en, commands[i].summary_vi));
    fputs(sb_tr(sb_cmd_lang,
                "\nsandbank COMMAND --help shows how a command is used. --lang vi|en chooses the language.\n"
                "Exit codes: 0 done, 1 refused or differences found, 2 usage, 3 failure.\n",
                "\nsandbank LỆNH --help cho biết cách dùng một lệnh. --lang vi|en chọn ngôn ngữ.\n"
                "Mã thoát: 0 xong, 1 bị từ chối hoặc có khác biệt, 2 sai cách dùng, 3 thất bại.\n"),
          stream);
}

/* Take --lang off the arguments, wherever it stands before "--". */
static bool take_language(int *argc, char **argv)
{
    const char *from = getenv("LC_ALL");
    if (!from || !*from)
        from = getenv("LC_MESSAGES");
    if (!from || !*from)
        from = getenv("LANG");
    sb_cmd_lang = from && strncmp(from, "vi", 2) == 0 ? SB_VI : SB_EN;
    int kept = 1;
    bool over = false;
    for (int i = 1; i < *argc; i++) {
        over = over || strcmp(argv[i], "--") == 0;
        const char *value = NULL;
        if (!over && strcmp(argv[i], "--lang") == 0 && i + 1 < *argc)
            value = argv[++i];
        else if (!over && strncmp(argv[i], "--lang=", 7) == 0)
            value = argv[i] + 7;
        else
            argv[kept++] = argv[i];
        if (!value)
            continue;
        if (strcmp(value, "vi") != 0 && strcmp(value, "en") != 0)
            return false;
        sb_cmd_lang = strcmp(value, "vi") == 0 ? SB_VI : SB_EN;
    }
    argv[kept] = NULL;
    *argc = kept;
    return true;
}

static enum sb_exit unknown_command(const char *name)
{
    const char *names[COMMAND_COUNT + 1];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *nearest = sb_text_nearest(name, strlen(name), names, COMMAND_COUNT);
    fprintf(stderr, sb_tr(sb_cmd_lang, "sandbank: unknown command '%s'", "sandbank: không có lệnh '%s'"),
            name);
    if (nearest)
        fprintf(stderr, sb_tr(sb_cmd_lang, "; did you mean '%s'?", "; có phải '%s' không?"), nearest);
    fputs("\n", stderr);
    return SB_EXIT_USAGE;
}

static enum sb_exit dispatch(int argc, char **argv)
{
    if (!take_language(&argc, argv)) {
        fputs("sandbank: --lang takes vi or en / --lang nhận vi hoặc en\n", stderr);
        return SB_EXIT_USAGE;
    }
    if (argc < 2) {
        print_help(stderr);
        return SB_EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return SB_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("sandbank " SANDBANK_VERSION);
        return SB_EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, argv[1]) != 0)
            continue;
        for (int j = 2; j < argc && strcmp(argv[j], "--") != 0; j++) {
            if (strcmp(argv[j], "--help") == 0 || strcmp(argv[j], "-h") == 0) {
                puts(sb_tr(sb_cmd_lang, commands[i].usage, commands[i].usage_vi));
                return SB_EXIT_DONE;
            }
        }
        return commands[i].main(argc - 1, argv + 1);
    }
    return unknown_command(argv[1]);
}

/* A report that could not be written was not given: a full disk must not look like success. */
int main(int argc, char **argv)
{
    enum sb_exit code = dispatch(argc, argv);
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return (int)code;
    fputs(sb_tr(sb_cmd_lang, "sandbank: the output could not be written\n",
                "sandbank: không ghi được kết quả ra\n"),
          stderr);
    return (int)SB_EXIT_FAILURE;
}
