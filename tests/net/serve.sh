#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A server as its clients see it: each route, who may and who may not, what is refused, and that nothing acknowledged is lost.
# usage: serve.sh PROGRAM API-CHECK SOURCE-FOLDER
set -u
program=$(realpath "$1")
api_check=$(realpath "$2")
source=$3
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES http_proxy HTTP_PROXY
export LANG=C.UTF-8 SANDBANK_HOME="$source" no_proxy='*'
cd "$folder" || exit 3
passed=0
failed=0

check() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAILED $1"
    head -c 1500 "${3:-out}" | sed 's/^/  | /'
    echo
}

# start ARGUMENT...: a server on a free port; its log is read for where it listens.
start() {
    : >log
    "$program" serve "$@" --port 0 2>log &
    server=$!
    waited=0
    until grep -q 'https\{0,1\}://' log || ! kill -0 "$server" 2>/dev/null || [ $waited -gt 600 ]; do
        sleep 0.05
        waited=$((waited + 1))
    done
    url=$(sed -n 's|.*\(https\{0,1\}://[^ "]*\).*|\1|p' log | head -n 1)
}

stop() {
    kill -TERM "$server"
    wait "$server"
    code=$?
    server=
}

# ask METHOD PATH [CURL-ARGUMENT...]: the answer in out, its status in $status.
ask() {
    method=$1
    path=$2
    shift 2
    status=$(curl -s -k -m 30 -o out -w '%{http_code}' -b jar -c jar -H "X-Sandbank-CSRF: $csrf" -X "$method" "$@" "$url$path")
}

# expect STATUS METHOD PATH ROUTE [CURL-ARGUMENT...]: and that the answer is as docs/api/openapi.yaml says for the route.
expect() {
    wanted=$1
    route=$4
    method=$2
    path=$3
    shift 4
    ask "$method" "$path" "$@"
    [ "$status" = "$wanted" ]
    check "$method $path is $wanted, not $status" $?
    [ "$wanted" = 204 ] || {
        "$api_check" "$source/docs/api/openapi.yaml" "$method" "$route" "$status" out >why 2>&1
        check "$method $path answers as the API says" $? why
    }
}

token() {
    csrf=
    ask GET /api/session
    csrf=$(sed 's/.*"csrf":"\([0-9a-f]*\)".*/\1/' out)
}

post() {
    wanted=$1
    path=$2
    route=$3
    body=$4
    expect "$wanted" POST "$path" "$route" -H 'Content-Type: application/json' --data-binary "$body"
}

sign_in() {
    rm -f jar
    token
    post 200 /api/session /api/session "{\"name\":\"$1\",\"password\":\"the password of $1\"}"
    csrf=$(sed 's/.*"csrf":"\([0-9a-f]*\)".*/\1/' out)
}

"$program" synth --country vn --scale 20000 --from 2025-09-01 --to 2025-09-20 --seed 7 --out vn.events >out 2>&1
mkdir pilots page
"$program" run pilots/vn --charter vn/mobile-money vn.events >out 2>&1
check 'a pilot to serve' $?
printf '2025-09-03T10:00 open a class=subscriber\n' >real.txt
"$program" run pilots/real --charter vn/mobile-money real.txt >out 2>&1
check 'a real pilot to serve' $?
echo '<!doctype html><title>page</title>' >page/index.html
echo secret >secret.txt
for person in 'lan analyst,maker' 'minh checker' 'hoa maker,checker' 'viet viewer'; do
    echo "the password of ${person% *}" | "$program" user add pilots "${person% *}" --roles "${person#* }" >out 2>&1
    check "a person: $person" $?
done

# ---------------------------------------------------------------- what there is
start pilots --page page
csrf=
[ -n "$url" ]
check 'the server says where it listens' $?
token
expect 200 GET /health /health
expect 200 GET /api/session /api/session
expect 200 GET /api/pilots /api/pilots
grep -q '"vn"' out && ! grep -q '"real"' out
check 'a guest sees synthetic pilots only' $?
expect 200 GET /api/pilots/vn '/api/pilots/{pilot}'
expect 200 GET '/api/pilots/vn/charter?on=2025-09-10' '/api/pilots/{pilot}/charter'
expect 400 GET '/api/pilots/vn/charter?on=tomorrow' '/api/pilots/{pilot}/charter'
expect 404 GET '/api/pilots/vn/charter?layer=3' '/api/pilots/{pilot}/charter'
expect 200 GET /api/pilots/vn/figures '/api/pilots/{pilot}/figures'
expect 200 GET '/api/pilots/vn/measures?by=area' '/api/pilots/{pilot}/measures'
expect 400 GET '/api/pilots/vn/measures?by=colour' '/api/pilots/{pilot}/measures'
expect 200 GET /api/pilots/vn/goals '/api/pilots/{pilot}/goals'
expect 200 GET '/api/pilots/vn/map?measure=active' '/api/pilots/{pilot}/map'
expect 404 GET '/api/pilots/vn/map?measure=nothing' '/api/pilots/{pilot}/map'
expect 200 GET '/api/pilots/vn/events?limit=3' '/api/pilots/{pilot}/events'
event=$(grep -o '"id":"[0-9a-f]*","time":"[^"]*","type":"transfer"' out | head -n 1 | cut -d'"' -f 4)
expect 400 GET '/api/pilots/vn/events?limit=257' '/api/pilots/{pilot}/events'
expect 200 GET "/api/pilots/vn/events/$event" '/api/pilots/{pilot}/events/{event}'
account=$(sed 's/.*"payer":"\([0-9a-f]*\)".*/\1/' out)
expect 200 GET /api/pilots/vn/events/60 '/api/pilots/{pilot}/events/{event}'
expect 404 GET /api/pilots/vn/events/99999999 '/api/pilots/{pilot}/events/{event}'
expect 200 GET /api/pilots/vn/supervision '/api/pilots/{pilot}/supervision'
grep -q '"class":"subscriber","by":"value","accounts":\[{' out && grep -q '"provider":"viettel"' out
check 'supervision names providers and the largest accounts' $?
expect 200 GET /api/public/pilots/vn '/api/public/pilots/{pilot}'
expect 200 GET /api/public/pilots/real '/api/public/pilots/{pilot}'
grep -q '"suppressed":true' out
check 'small counts are suppressed' $?
curl -s -m 2 -N -b jar "$url/api/pilots/vn/live" >out
grep -q '^event: figures' out
check 'figures come as server-sent events' $?
sed -n 's/^data: //p' out | head -n 1 >data
"$api_check" "$source/docs/api/openapi.yaml" GET '/api/pilots/{pilot}/live' 200 data >out 2>&1
check 'they are as the API says' $?
ask GET /metrics
[ "$status" = 200 ] && grep -q 'sandbank_events_total{pilot="vn"}' out
check 'metrics' $?

# ---------------------------------------------------------------- what-ifs
post 202 /api/pilots/vn/whatifs '/api/pilots/{pilot}/whatifs' '{"name":"một triệu","mode":"whole-run","sets":["month=1000000"],"by":["limit","area"]}'
whatif=$(sed 's/.*"id":"\([0-9a-f]*\)".*/\1/' out)
curl -s -m 20 -N -b jar "$url/api/pilots/vn/whatifs/$whatif/live" >out
grep -q '"state":"done"' out
check 'a what-if is followed to its end' $?
expect 200 GET "/api/pilots/vn/whatifs/$whatif" '/api/pilots/{pilot}/whatifs/{whatif}'
"$program" replay pilots/vn --set month=1000000 --by limit,area --lang vi --json >replay.json 2>/dev/null
there=$(tr -d ' \n' <replay.json | grep -o '"refused":{"number":[0-9]*' | head -n 1)
[ -n "$there" ] && grep -qF "$there," out
check "its report is replay's" $?
expect 200 GET /api/pilots/vn/whatifs '/api/pilots/{pilot}/whatifs'
ask GET "/api/pilots/vn/whatifs/$whatif/csv"
[ "$status" = 200 ] && head -n 1 out | grep -q '^sequence,time,id'
check 'its rows' $?
ask GET "/api/pilots/vn/whatifs/$whatif/charter"
[ "$status" = 200 ] && grep -q '^# --set month=1000000' out && "$program" charter check out >/dev/null 2>&1
check 'its charter is one' $?
post 422 /api/pilots/vn/whatifs '/api/pilots/{pilot}/whatifs' '{"name":"x","mode":"whole-run","charter_text":"unit VND\nallw x"}'
grep -q '"diagnostics":\[{"line":2' out
check 'mistakes of a charter come with their lines' $?
post 422 /api/pilots/vn/whatifs '/api/pilots/{pilot}/whatifs' '{"name":"x","mode":"sometimes"}'
post 422 /api/pilots/vn/whatifs '/api/pilots/{pilot}/whatifs' '{"name":"x","mode":"whole-run","sets":["mnth=1"]}'
expect 204 DELETE "/api/pilots/vn/whatifs/$whatif" '/api/pilots/{pilot}/whatifs/{whatif}'
expect 404 GET "/api/pilots/vn/whatifs/$whatif" '/api/pilots/{pilot}/whatifs/{whatif}'

# ---------------------------------------------------------------- what is refused
post 200 /api/charter/check /api/charter/check '{"text":"unit VND\nallow nothing\n"}'
post 400 /api/charter/check /api/charter/check '{"text":"a","text":"b"}'
post 400 /api/charter/check /api/charter/check '[1]'
post 422 /api/charter/check /api/charter/check '{"txt":"a"}'
expect 415 POST /api/charter/check /api/charter/check -H 'Content-Type: text/plain' --data-binary '{"text":"a"}'
# A body of SB_HTTP_BODY_SIZE_MAX is heard, one byte more is not.
{ printf '{"text":"' && head -c 524277 /dev/zero | tr '\0' '#' && printf '"}'; } >fits
post 422 /api/charter/check /api/charter/check @fits
{ cat fits && printf ' '; } >large
expect 413 POST /api/charter/check /api/charter/check -H 'Content-Type: application/json' --data-binary @large
expect 413 POST /api/charter/check /api/charter/check -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-binary @large
# So is a header that does not fit into SB_HTTP_HEADER_SIZE_MAX.
head -c 60000 /dev/zero | tr '\0' 'a' >header
ask GET /health -H "X-Long: $(cat header)"
case $status in 431 | 413 | 400 | 000) true ;; *) false ;; esac
check "a header without end is refused ($status)" $?
expect 405 PUT /api/pilots /api/pilots
expect 404 GET /api/nothing /api/pilots
expect 421 GET /api/pilots /api/pilots -H 'Host: evil.example'
good=$csrf
csrf=00000000000000000000000000000000
post 403 /api/charter/check /api/charter/check '{"text":"a"}'
csrf=$good
expect 403 POST /api/charter/check /api/charter/check -H 'Origin: http://evil.example' -H 'Content-Type: application/json' --data-binary '{"text":"a"}'
expect 403 POST /api/charter/check /api/charter/check -H 'Sec-Fetch-Site: cross-site' -H 'Content-Type: application/json' --data-binary '{"text":"a"}'
for path in /../secret.txt /%2e%2e/secret.txt /..%2fsecret.txt '/page/../../secret.txt' //etc/passwd; do
    ask GET "$path" --path-as-is
    [ "$status" = 404 ] && ! grep -q '^secret' out
    check "no path leads out of the page: $path" $?
done
ask GET / -D head
[ "$status" = 200 ] && grep -qi "^content-security-policy: default-src 'self'" head && grep -qi '^x-content-type-options: nosniff' head
check 'the page comes with its policy' $?
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' head)
ask GET / -H "If-None-Match: $tag"
[ "$status" = 304 ]
check 'what a browser has is not sent again' $?

# Lists have at most SB_LIST_MAX entries, the newest events SB_RECENT_MAX.
expect 200 GET '/api/pilots/vn/whatifs?limit=200' '/api/pilots/{pilot}/whatifs'
expect 400 GET '/api/pilots/vn/whatifs?limit=201' '/api/pilots/{pilot}/whatifs'
expect 200 GET '/api/pilots/vn/events?limit=256' '/api/pilots/{pilot}/events'

# ---------------------------------------------------------------- people
expect 401 GET /api/pilots/real '/api/pilots/{pilot}'
expect 401 GET /api/pilots/vn/log '/api/pilots/{pilot}/log'
post 401 /api/pilots/vn/freezes '/api/pilots/{pilot}/freezes' '{}'
sign_in viet
expect 200 GET /api/pilots/real '/api/pilots/{pilot}'
expect 403 GET /api/pilots/real/events '/api/pilots/{pilot}/events'
sign_in lan
post 404 /api/pilots/vn/freezes '/api/pilots/{pilot}/freezes' '{"account":"00000000000000000000000000000001","sides":"both","reason":"nghi ngờ"}'
post 201 /api/pilots/vn/freezes '/api/pilots/{pilot}/freezes' "{\"account\":\"$account\",\"sides\":\"both\",\"reason\":\"nghi ngờ\"}"
expect 403 POST /api/pilots/vn/freezes/1/approve '/api/pilots/{pilot}/freezes/{freeze}/approve'
sign_in hoa
post 201 /api/pilots/vn/freezes '/api/pilots/{pilot}/freezes' "{\"account\":\"$account\",\"sides\":\"none\",\"reason\":\"nhầm\"}"
expect 409 POST /api/pilots/vn/freezes/2/approve '/api/pilots/{pilot}/freezes/{freeze}/approve'
expect 200 POST /api/pilots/vn/freezes/2/reject '/api/pilots/{pilot}/freezes/{freeze}/reject'
grep -q '"state":"withdrawn"' out
check 'who asked withdraws' $?
sign_in minh
expect 200 POST /api/pilots/vn/freezes/1/approve '/api/pilots/{pilot}/freezes/{freeze}/approve'
grep -q '"result":"accepted"' out
check 'what two people agreed on is in the journal' $?
sequence=$(sed 's/.*"sequence":\([0-9]*\).*/\1/' out)
expect 409 POST /api/pilots/vn/freezes/1/approve '/api/pilots/{pilot}/freezes/{freeze}/approve'
expect 200 GET '/api/pilots/vn/freezes?limit=1' '/api/pilots/{pilot}/freezes'
expect 200 GET /api/pilots/vn/log '/api/pilots/{pilot}/log'
expect 200 DELETE /api/session /api/session
expect 401 GET /api/pilots/vn/log '/api/pilots/{pilot}/log'
rm -f jar
token
for try in 1 2 3 4 5; do
    post 401 /api/session /api/session '{"name":"lan","password":"wrong"}'
done
post 429 /api/session /api/session "{\"name\":\"lan\",\"password\":\"the password of lan $try\"}"

# A listener and a slow client do not keep the server from its end.
curl -s -m 60 -N -b jar "$url/api/pilots/vn/live" >/dev/null &
listener=$!
sleep 0.3
stop
wait "$listener"
[ "$code" -eq 0 ]
cp log out
check 'SIGTERM ends it well' $?
"$program" verify pilots/vn >out 2>&1
check 'the journal proves itself' $?
"$program" journal dump pilots/vn --from "$sequence" --to "$sequence" >out 2>&1 && grep -q 'freeze' out
check 'what was acknowledged is there' $?

# ---------------------------------------------------------------- configuration
printf 'prot = 1\nworkers = many\n' >bad.conf
"$program" serve pilots --config bad.conf >out 2>&1
[ $? -eq 2 ] && grep -q "^bad.conf:1: unknown key 'prot'; did you mean 'port'?" out && grep -q '^bad.conf:2: ' out
check 'every mistake of a configuration is listed' $?
printf 'address = 0.0.0.0\n' >open.conf
"$program" serve pilots --config open.conf --port 0 >out 2>&1
[ $? -eq 3 ] && grep -q 'needs TLS' out
check 'no listening outside without TLS' $?
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost >out 2>&1
printf 'address = 0.0.0.0\ntls-certificate = cert.pem\ntls-key = key.pem\nname = localhost\nguests = none\n' >tls.conf
start pilots --config tls.conf --page page --log json
url=$(printf '%s' "$url" | sed 's/0\.0\.0\.0/localhost/')
rm -f jar
token
expect 200 GET /api/pilots /api/pilots
grep -q '"pilots":\[\]' out
check 'guests see nothing when the configuration says so' $?
grep -q '__Host-sandbank' jar
check 'the cookie is bound to TLS' $?
stop
[ "$code" -eq 0 ]
check 'it ends well under TLS' $?
echo x >cert.pem
"$program" serve pilots --config tls.conf --port 0 >out 2>&1
[ $? -eq 3 ] && grep -q 'certificate' out
check 'a certificate that is none is told' $?

# SB_PILOTS_MAX journals are opened, and damage in one of them is told; one more is too many before any is opened.
mkdir many
n=0
while [ $n -lt 64 ]; do
    mkdir "many/p$n"
    echo 'no journal' >"many/p$n/0000000001.journal"
    n=$((n + 1))
done
"$program" serve many --port 0 >out 2>&1
grep -q 'no segment of a journal' out
check 'as many journals as may be are opened' $?
mkdir many/p64
cp many/p0/0000000001.journal many/p64
"$program" serve many --port 0 >out 2>&1
grep -q '65 journals' out
check 'one journal more is too many' $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
