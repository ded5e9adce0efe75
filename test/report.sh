#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# paracall report and diff, of recordings that are the same each time; and the page
# for browsers, in one.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2034 # for expect()
matching=-E
# shellcheck source=script/lib/page.sh
. "$tree/script/lib/page.sh"

make_recording=$build/test/make_recording

make() {
	"$make_recording" "$work/$1" "${@:2}" || fail "making a recording" "it failed"
}

# Truncates stream $2 of recording $1 to $3 bytes.
cut_stream() {
	truncate -s "$3" "$work/$1/cpu$2"
}

test_usage() {
	expect "report of nothing" 2 "give the folder that" "$paracall" report
	expect "report of two" 2 "not also 'b'" "$paracall" report a b
	expect "unknown option" 2 "unknown option '--fast'" "$paracall" report --fast a
	expect "unknown format" 2 "use text, json, csv or chrome" "$paracall" report --format=xml a
	expect "two formats" 2 "use only one of" "$paracall" report --html -c a
	expect "no such recording" 1 "No such file" "$paracall" report "$work/none"
	expect "a file" 1 "is not a recording, which is a folder" "$paracall" report "$0"
	mkdir "$work/foreign"
	expect "an empty folder" 1 "metadata' can't be read" "$paracall" report "$work/foreign"
	echo "/* CTF 1.8 */ trace { major = 1; };" >"$work/foreign/metadata"
	expect "another's recording" 1 "not of a recording by 'paracall run" \
		"$paracall" report "$work/foreign"
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "another's recording" "more than a line" "$work/out"
	expect "a name that is none" 2 "nonsense" "$paracall" report --trace=nonsense "$work/small"
	expect "a list that is none" 2 "x-y" "$paracall" report --trace-cpu=x-y "$work/small"
	expect "a wrong list, and no recording" 2 "5-2" "$paracall" report --trace-cpu=5-2 "$work/none"
	expect "no such symbols" 1 "No such file" \
		"$paracall" report --symbols="$work/none" "$work/small"
	expect "nowhere to write" 1 "can't be written" "$paracall" report "$work/small" -o /nonexistent/x
	expect "a full disk" 1 "could not be written: No space" \
		"$paracall" report --format=json "$work/small" -o /dev/full
	# shellcheck disable=SC2016 # for the shell in there
	expect "a full disk as standard output" 1 "standard output could not be written: No space" \
		sh -c '"$@" >/dev/full' - "$paracall" report "$work/small"
}

# python CODE: with the report as d; prints what it prints.
python() {
	python3 -c "import json, sys; d = json.load(open('$work/out.json')); $1"
}

check_text() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "'$2', not '$3'"
	fi
}

# One recording in all forms has the same events.
test_formats() {
	local lines

	"$paracall" report "$work/small" >"$work/text"
	lines=$(wc -l <"$work/text")
	"$paracall" report --format=json "$work/small" -o "$work/out.json"
	check_text "JSON has all events" "$(python 'print(len(d["events"]))')" "$lines"
	"$paracall" report --format=csv "$work/small" >"$work/csv"
	check_text "CSV has all events" "$(python3 -c "
import csv; print(len(list(csv.DictReader(open('$work/csv', newline='')))))")" "$lines"
	check_text "JSON and CSV say the same" "$(python "
import csv
rows = list(csv.DictReader(open('$work/csv', newline='')))
print(sum((e['time'], e['cpu'], e['event'], e['pc'], e['result']) !=
          (int(r['time']), int(r['cpu']), r['event'], r['pc'], int(r['result']))
          for e, r in zip(d['events'], rows)))")" 0
	check_text "in order of time" "$(python "
t = [e['time'] for e in d['events']]; print(t == sorted(t))")" True
	"$paracall" report --count "$work/small" >"$work/table"
	check_text "the table counts the same" \
		"$(awk '$NF ~ /^[A-Z_]+$/ { print $NF, $4 }' "$work/table" | sort)" \
		"$(python "
from collections import Counter
for name, count in sorted(Counter(e['event'] for e in d['events'] if e['event'].isupper()).items()):
	print(name, count)")"
}

test_chrome() {
	"$paracall" report --format=json "$work/small" -o "$work/out.json"
	"$paracall" report --format=chrome "$work/small" >"$work/chrome"
	check_text "Chrome: calls and halts last as long" "$(python "
e = json.load(open('$work/chrome'))['traceEvents']
halted = sum(x['arguments']['halted'] for x in d['events'] if x['event'] == 'wake')
called = sum(x['duration'] for x in d['events'])
X = [x for x in e if x['ph'] == 'X']
print(round(sum(x['dur'] for x in X if x['name'] == 'halted') * 1000) == halted,
      round(sum(x['dur'] for x in X if x['name'] != 'halted') * 1000) == called)")" "True True"
	check_text "Chrome: arrows from kicks to wake-ups" "$(python "
e = json.load(open('$work/chrome'))['traceEvents']
ends = [x['id'] for x in e if x['ph'] == 'f']
starts = {x['id'] for x in e if x['ph'] == 's'}
woken = sum(x['event'] == 'wake' and x['arguments']['cause'] == '0x1' for x in d['events'])
print(len(ends) == len(set(ends)) == woken, set(ends) <= starts)")" "True True"
	check_text "Chrome: a name for each vCPU" "$(python "
e = json.load(open('$work/chrome'))['traceEvents']
print(*[x['args']['name'] for x in e if x['name'] == 'thread_name'])")" "vCPU 0 vCPU 1 vCPU 2 vCPU 3"
}

test_filters() {
	"$paracall" report --format=json --trace=KICK_CPU,%halt --trace-cpu=1-2 "$work/small" \
		-o "$work/out.json"
	check_text "filters" "$(python "
print(*sorted({e['event'] for e in d['events']}), *sorted({e['cpu'] for e in d['events']}))")" \
		"KICK_CPU halt wake 1 2"
	"$paracall" report --format=json --failed-only "$work/small" -o "$work/out.json"
	check_text "failed only" "$(python "print({(e['event'], e['failed']) for e in d['events']})")" \
		"{('CLOCK_PAIRING', True)}"
}

test_symbols() {
	make brief 500 2
	printf '%s\n' 'ffffffff81000000 T early' 'ffffffff81000ff0 T later' >"$work/map"
	"$paracall" report --format=json --symbols="$work/map" "$work/small" -o "$work/out.json"
	check_text "symbols" "$(python "
print(sorted({e.get('symbol', '') for e in d['events']}))")" "['', 'early', 'later']"
	check_text "symbols' offsets" "$(python "
print(all(int(e['pc'], 16) == {'early': 0xffffffff81000000, 'later': 0xffffffff81000ff0}[e['symbol']]
          + e['offset'] for e in d['events'] if 'symbol' in e))")" True
	"$paracall" report --symbols=<(cat "$work/map") "$work/small" >"$work/text"
	check_text "symbols through a pipe" "$(grep -c 'early+0x' "$work/text")" \
		"$(python "print(sum(e.get('symbol') == 'early' for e in d['events']))")"
	# A kernel that moved itself, and showed it in the middle of the recording.
	printf '%s\n' 'ffffffff80000000 T early' 'ffffffff80000ff0 T later' \
		'ffffffff80100000 T entry_SYSCALL_64' >"$work/moved"
	"$paracall" report --format=json "$work/small" -o "$work/out.json"
	check_text "symbols from the first event on" \
		"$("$paracall" report --symbols="$work/moved" "$work/small" | grep -c ' early+0x')" \
		"$(python "print(sum(int(e['pc'], 16) - 0xffffffff81000000 in range(0xff0) for e in d['events']))")"
	expect "a recording without the kernel's place" 0 \
		"^paracall: the recording does not show where the kernel is.*/moved' says" \
		"$paracall" report --symbols="$work/moved" "$work/brief"
	sed s/ffffffff80/ffffffff81/ "$work/moved" >"$work/unmoved"
	expect "its symbols as they are" 0 "early\+0x[0-9a-f]+ KICK_CPU" \
		"$paracall" report --symbols="$work/unmoved" "$work/brief"
	expect "symbols of a folder" 1 "can't be read: Is a directory" \
		"$paracall" report --symbols="$work" "$work/small"
	expect "a host's trace without an end" 1 "zero' can't be opened: it has a line above 64 KiB" \
		"$paracall" report /dev/zero
	expect "symbols without an end" 1 "zero' can't be read: it is neither a file nor a pipe" \
		"$paracall" report --symbols=/dev/zero "$work/small"
	truncate -s 100M "$work/zeros"
	expect "symbols of nothing but zeros" 1 "zeros' has no symbols" \
		bash -c 'ulimit -v 80000; exec "$@"' - "$paracall" report \
		--symbols="$work/zeros" "$work/small"
}

test_damage() {
	local all

	all=$("$paracall" report "$work/small" | wc -l)
	cp -r "$work/small" "$work/short"
	cut_stream short 1 10000
	expect "a recording that is cut off" 1 "is cut off after 10000 bytes" \
		"$paracall" report "$work/short" -o "$work/text"
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "cut off" "more than one line" "$work/out"
	if [ "$(wc -l <"$work/text")" -gt 100 ] && [ "$(wc -l <"$work/text")" -lt "$all" ]; then
		pass "what is there is shown"
	else
		fail "what is there is shown" "$(wc -l <"$work/text") of $all lines"
	fi
	cp -r "$work/small" "$work/folder"
	rm "$work/folder/cpu1"
	mkdir "$work/folder/cpu1"
	expect "a stream that can't be read" 1 "folder/cpu1' can't be read: Is a directory" \
		"$paracall" report --format=json "$work/folder" -o "$work/out.json"
	check_text "the others are shown" "$(python "print(*sorted({e['cpu'] for e in d['events']}))")" \
		"0 2 3"
	cp -r "$work/small" "$work/long"
	{
		printf '%70000s\n' ''
		cat "$work/small/metadata"
	} >"$work/long/metadata"
	expect "a description with a long line" 1 "long/metadata' is damaged" \
		"$paracall" report "$work/long"
	ln -sf /dev/zero "$work/long/metadata"
	expect "a description without an end" 1 "long/metadata' is damaged" \
		"$paracall" report "$work/long"
	head -c 100000 /dev/urandom >"$work/short/cpu2"
	for format in text json csv chrome; do
		expect "noise as $format" 1 "short/cpu[12]' is" \
			"$paracall" report --format=$format "$work/short" -o "$work/noise"
	done
	"$paracall" report --format=json "$work/hostile" -o "$work/out.json"
	check_text "hostile names are only text" "$(python "print(d['command'].startswith('</script>'))")" True
	check_text "nothing in them that HTML knows" "$(grep -c '[<&]' "$work/out.json")" 0
}

test_diff() {
	expect "diff of one" 2 "give two recordings" "$paracall" diff "$work/small"
	expect "diff of nothing" 2 "No such file" "$paracall" diff "$work/small" "$work/none"
	expect "diff, wrong list" 2 "5-2" "$paracall" diff --cpu=5-2 "$work/small" "$work/small"
	expect "diff, wrong percent" 2 "use percent" "$paracall" diff --number=x a b
	expect "diff of a damaged one" 2 "is cut off|is damaged" \
		"$paracall" diff "$work/small" "$work/short"
	expect "diff of the same" 0 "^  SEND_IPI" "$paracall" diff "$work/small" "$work/small"
	expect "diff of others" 1 "^! SEND_IPI" "$paracall" diff "$work/small" "$work/other"
	expect "diff, order" 1 "^> wrmsr STEAL_TIME" "$paracall" diff "$work/small" "$work/other"
	expect "diff, quiet" 1 "" "$paracall" diff --quiet "$work/small" "$work/other"
	[ ! -s "$work/out" ] || fail "diff, quiet" "it is not" "$work/out"
	expect "diff, numbers that are near" 1 "^  SEND_IPI" \
		"$paracall" diff --number=20% "$work/small" "$work/other"
	expect "diff, and no order" 0 "^  SEND_IPI" \
		"$paracall" diff --number=20 --ignore-order "$work/small" "$work/other"
	expect "diff, latency" 1 "^! KICK_CPU" \
		"$paracall" diff --number=20 --ignore-order --latency=50 "$work/small" "$work/other"
	expect "diff of some" 0 "^  CLOCK_PAIRING" "$paracall" diff --number=20 \
		--trace=CLOCK_PAIRING "$work/small" "$work/other"
	# shellcheck disable=SC2016 # for the shell in there
	expect "diff, a full disk" 2 "standard output could not be written: No space" \
		sh -c '"$@" >/dev/full' - "$paracall" diff "$work/small" "$work/small"
	printf ' CPU 0/KVM-7 [000] 1.0: %s\n' 'kvm_msr: msr_read 12 = 0x5' \
		'kvm_pv_eoi: apicid 0 vector 236' 'kvm_async_pf_ready: token 0x1 gva 0x0' >"$work/host"
	expect "diff, how many are compared" 0 "^A: .*, 1 of 3 events in" "$paracall" diff \
		"$work/host" "$work/host"
	expect "diff, and all of them" 0 "^B: .*, 3 of 3 events in" "$paracall" diff \
		--trace=%all "$work/host" "$work/host"
	make yields 3000 1
	expect "diff, calls that came" 1 "^> KICK_CPU.* new " "$paracall" diff "$work/yields" "$work/small"
	expect "diff, calls that went" 1 "^< KICK_CPU.* gone " "$paracall" diff "$work/small" "$work/yields"
}

# Counters and events of the same guest agree.
test_guest() {
	"$limited" "$paracall" run --record="$work/guest" --summary="$work/out.json" --format=json \
		-- qemu-system-x86_64 -M q35 -smp 4 -m 128 -display none \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$build/guest/kick.elf" \
		>"$work/log" 2>&1 </dev/null
	check_text "a guest is recorded" "$?" 33
	[ -e "$work/guest/metadata" ] || return
	"$paracall" report -c "$work/guest" >"$work/table"
	check_text "the table is that of its counters" \
		"$(awk '$NF ~ /^[A-Z_]+$/ { print $NF, $4 }' "$work/table" | sort)" \
		"$(python "
for call in sorted(d['calls'], key=lambda call: call['name']):
	if call['name'].replace('_', '').isalpha():
		print(call['name'], call['calls'])")"
	expect "who woke whom" 0 "wake: kick from cpu" "$paracall" report --trace=wake "$work/guest"
}

# Numbers and names of places, which differ from run to run, are replaced.
without_numbers() {
	sed -E 's/^ +//; s/[a-z_]+\+0x[0-9a-f]+/PLACE/; s/[0-9]+(\.[0-9]+)?/N/g'
}

# README's lines of the terminal have the form of what is printed.
test_readme() {
	local line

	printf '%s\n' 'ffffffff81000000 T early' >"$work/map"
	"$paracall" report --symbols="$work/map" "$work/small" | without_numbers |
		sort -u >"$work/lines"
	"$paracall" report -c "$work/small" | head -n 2 >"$work/table"
	grep -E '^ +[0-9.]+ cpu [0-9]|^ +% time' "$tree/README.md" >"$work/readme"
	check_text "README has lines of the terminal" "$(grep -c . "$work/readme")" 3
	while read -r line; do
		case $line in
		%*) grep -qxF -- "$line" "$work/table" ;;
		*) grep -qxF -- "$(without_numbers <<<"$line")" "$work/lines" ;;
		esac || {
			fail "README's line is like those printed" "$line" "$work/table"
			continue
		}
		pass "README's line is like those printed: $line"
	done <"$work/readme"
}

test_page() {
	local modules browser

	if [ ! -e "$build/report/html/report.html" ]; then
		expect "no page" 1 "built without the page for --html" "$paracall" report --html \
			"$work/small" -o "$work/x.html"
		skip "the page" "it was not built: no node, or no packages for it"
		return
	fi
	make million 1000000 4
	make empty 0 2
	make wide 20000 100
	for name in small wide hostile spins empty million; do
		"$paracall" report --html "$work/$name" -o "$work/$name.html" ||
			fail "page of $name" "it failed"
	done
	for name in small wide; do
		"$paracall" report --format=json "$work/$name" -o "$work/$name.json"
	done
	if grep -q 'Leon Sorokin' "$work/small.html" &&
		! grep -Eq '(src|href)="?(https?:)?//' "$work/small.html"; then
		pass "licenses are in the page, links to elsewhere are not"
	else
		fail "licenses are in the page, links to elsewhere are not" "but"
	fi
	modules=$(page_modules) || modules=
	browser=$(command -v chromium) || browser=
	if [ -z "$modules" ] || [ -z "$browser" ]; then
		skip "the page in a browser" "no chromium, or no playwright-core"
		return
	fi
	"$limited" node "$tree/test/page.mjs" "$modules" "$browser" "$work" \
		${PARACALL_SCREENSHOTS:+"$PARACALL_SCREENSHOTS"} >"$work/page" 2>&1
	sed -E '/^(not )?ok/!s/^/# /' "$work/page"
	passed=$((passed + $(grep -c '^ok' "$work/page")))
	failed=$((failed + $(grep -c '^not ok' "$work/page")))
	grep -q '^ok - needs no network' "$work/page" || fail "the page in a browser" "it did not end" "$work/page"
}

make small 5000 4
make other 5000 4 7
make hostile 5000 4 hostile
make spins 5000 4 spins
test_usage
test_formats
test_chrome
test_filters
test_symbols
test_damage
test_diff
test_guest
test_readme
test_page
finish
