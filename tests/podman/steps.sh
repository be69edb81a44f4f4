# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# steps.sh - what podman is made to do with each runtime; sourced
#
# The table comes first, see table.sh.  The functions of the longer steps follow
# in the same order.  p is podman with the runtime, q the same without its
# output.  Each step makes what it needs and removes it, except the container
# "box", which is made when a step first wants it.
# shellcheck disable=SC2016 # most commands are for a shell in a container
# shellcheck disable=SC2154 # user, table, files, images: of who sources this

# Limits need a control group that student may make groups in.
limits=
[ "$user" = root ] || limits='--cgroup-parent /student'
small="$limits --memory 128m --memory-swap 128m --cpus 0.5 --pids-limit 64"

# ---- run -------------------------------------------------------------------
step	run			'^status 7$'
step	not-found		'^status 127$'
step	not-executable		'^status 126$'
step	killed-by-filter	'^status 159$'
step	stdin			'^100000$'
step	tty			'^24 80'
step	preserved-fd		'^from the host$'
step	detached		'^status 9$'
step	create-start		'^here$'

# One container: root in it, no network, podman's defaults.
look plain env		'^COLOUR=green$' '-e COLOUR=green -e EMPTY=' \
	'env | sort'
look plain workdir	'^/var/log 755 0$' '-w /var/log' 'echo "$(pwd) $(stat -c "%a %u" .)"'
look plain hostname	'^lab11$' '--hostname lab11' \
	'hostname; cat /etc/hostname; grep -c lab11 /etc/hosts'
look plain ulimit	'files +77 +99' '--ulimit nofile=77:99 --ulimit core=0' \
	'grep -e files -e core /proc/self/limits'
look plain sysctl	'^77$' '--sysctl net.ipv4.ip_default_ttl=77' \
	'cat /proc/sys/net/ipv4/ip_default_ttl'
look plain tmpfs	'^1750 ' '--tmpfs /scratch:size=1m,mode=1750' \
	'stat -c "%a %U" /scratch; grep scratch /proc/mounts
	head -c 2000000 /dev/zero >/scratch/big'
look plain shm-size	'size=4096k' '--shm-size 4m' \
	'grep /dev/shm /proc/mounts; stat -c %a /dev/shm'
look plain bind		'^written$' "-v $files/rw:/rw -v $files/ro:/ro:ro" \
	'echo written >/rw/made; cat /rw/made; cat /ro/given; touch /ro/made'
look plain bind-file	'^one file$' "-v $files/file:/etc/issue:ro" \
	'cat /etc/issue; echo more >>/etc/issue'
look plain volume	'^kept$' '-v /data' 'echo kept >/data/x; cat /data/x'
look plain device	'^character special file' '--device /dev/net/tun:/dev/tunnel' \
	'stat -c "%F %t:%T %a" /dev/tunnel; head -c 0 /dev/tunnel && echo opened'
look plain oom-score	'^321$' '--oom-score-adj 321' 'cat /proc/self/oom_score_adj'
look plain umask	'^0027$' '--umask 0027' 'umask'
look plain limits	'^max 50331648$' "$limits --memory 48m --memory-swap 64m
	--memory-reservation 24m --pids-limit 55 --cpus 0.5 --cpu-shares 512
	--cpuset-cpus 0" \
	'cd /sys/fs/cgroup && for file in memory.max memory.swap.max memory.low \
		pids.max cpu.max cpu.weight cpuset.cpus; do
		echo "${file#memory.} $(cat $file)"; done'
look plain unified	'^40960000$' "$limits --cgroup-conf=memory.high=40960000" \
	'cat /sys/fs/cgroup/memory.high'
look plain capabilities	'^CapEff:.*00000000800405fb' '' \
	'grep Cap /proc/self/status; chown 1 /tmp && echo chown works'
look plain seccomp	'^999: ENOSYS' '' \
	'grep Seccomp: /proc/self/status; call 39 165 169 246 250 272 298 321 323 999'
look plain namespaces	'^net own$' '' "for ns in mnt pid net ipc uts cgroup user time; do
	case ' $host_namespaces ' in
	*\" \$(readlink /proc/self/ns/\$ns) \"*) echo \$ns host ;;
	*) echo \$ns own ;; esac; done"
look plain ids		'^ +0 ' '' \
	'cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; id'
look plain process	'^1 sh$' '' \
	'echo $$ $(cat /proc/$$/comm); ls /proc/1/fd; cut -d " " -f 5,6 /proc/1/stat
	readlink /proc/1/root; readlink /proc/1/cwd; ls /proc/1/task | wc -l'
look plain mounts	'^proc /proc ' '' \
	'cut -d " " -f 5- /proc/self/mountinfo | sed -E "s/ (shared|master):[0-9]+//" |
	while read -r point options rest; do
		set -- ${rest#*- }
		case $point in /proc/* | /sys/firmware) continue ;; esac
		case $point in /etc/* | /run/*) options=${options%%,*} ;; esac
		echo "$1 $point $options" | sed -E "s/,(relatime|noatime)//g"
	done | sort'
look plain devices	'^/dev/null ' '' \
	'for file in /dev/* /dev/pts/ptmx; do
		stat -c "%n %F %t:%T %a %u:%g" $file; [ ! -L $file ] || readlink $file
	done; [ -c /dev/null ] && echo x >/dev/null && echo null works'
look plain masked	'^0 /proc/kcore$' '' \
	'for file in /proc/kcore /proc/keys /proc/timer_list; do
		echo "$(head -c 9 $file | wc -c) $file"; done
	for dir in /proc/acpi /proc/scsi /sys/firmware; do
		echo "$(ls -A $dir | wc -l) $dir"; done'
look plain read-only-paths	'Read-only file system' '' \
	'for file in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/0/x \
		/sys/kernel/x; do echo 1 >$file; done 2>&1 | sed "s/.*: //"'
look plain loopback	'UP,LOWER_UP' '' \
	'ip addr; echo hi | nc -l -p 99 & sleep 0.3; nc 127.0.0.1 99 </dev/null'
look plain annotations	'^0$' '--annotation org.isolab.colour=green' 'echo $?'

look user identity	'^uid=1000.* gid=100' \
	'--user 1000:100 --group-add 77' 'id; grep -e Uid -e Gid -e Groups /proc/self/status; echo $HOME'
look user cap-add	'^CapBnd:.*0000000000002001' \
	'--cap-drop all --cap-add net_raw --cap-add chown' 'grep Cap /proc/self/status'
look user no-new-privileges	'^NoNewPrivs:.*1' '--security-opt no-new-privileges' \
	'grep NoNewPrivs /proc/self/status'
look user read-only	'Read-only file system' '--read-only' \
	'touch /srv/x; touch /tmp/x && echo /tmp; touch /run/x && echo /run'
look user seccomp-custom	'^63: ENOSYS' "--security-opt seccomp=$files/seccomp.json" \
	'grep Seccomp: /proc/self/status; call 63 83 133 39 999'

look wide privileged	'^Seccomp:.*0$' '--privileged' \
	'grep -e Cap -e Seccomp: /proc/self/status; ls /dev | grep -c -e kmsg -e loop-control
	mount -t tmpfs tmpfs /srv && echo mounted; grep -c "/proc/.* ro" /proc/mounts'
look wide host-namespaces	'^pid host$' \
	'--pid host --ipc host --uts host --cgroupns host --network host' \
	"for ns in mnt pid net ipc uts cgroup user time; do
	case ' $host_namespaces ' in
	*\" \$(readlink /proc/self/ns/\$ns) \"*) echo \$ns host ;;
	*) echo \$ns own ;; esac; done; hostname"
look unconfined unconfined	'^Seccomp:.*0$' '--security-opt seccomp=unconfined
	--security-opt unmask=all' \
	'grep -e Seccomp: -e Cap /proc/self/status; head -c 0 /proc/timer_list && echo seen'

if [ "$user" = root ]; then
	look auto userns-auto	'^ +0 +2[0-9]+ +[0-9]+$' '--userns auto:size=4096' \
		'cat /proc/self/uid_map; id; touch /x && stat -c %u /x /etc/passwd /proc/1'
	look map uid-map	'^ +0 +300000 +5000$' '--uidmap 0:300000:5000 --gidmap 0:400000:5000' \
		'cat /proc/self/uid_map /proc/self/gid_map; stat -c "%u %g" /etc/passwd /proc/1'
else
	look keep keep-id	'^uid=1000' '--userns keep-id' \
		"cat /proc/self/uid_map; id; touch /tmp/x && stat -c %u /tmp/x /etc/passwd"
	look map uid-map	'^ +0 +1 +5000$' '--uidmap 0:1:5000' \
		'cat /proc/self/uid_map /proc/self/gid_map; stat -c "%u %g" /etc/passwd /proc/1'
fi
step	init			'^status 137$'
step	oom			'^oom_kill 1$'
step	pids-limit		'Resource temporarily unavailable'
step	device-denied		'Operation not permitted|reason'
step	hooks			'^poststop '

# ---- one container that lives long ------------------------------------------
step	ps			'^box localhost/busybox:latest '
step	inspect			'^running true'
step	logs			'^ready$'
step	exec			'^status 5$'
step	exec-user		'^1000 100 /var/log green'
step	exec-security		'^NoNewPrivs'
step	exec-tty		'^/dev/pts/'
step	exec-stdin		'^50000$'
step	exec-not-found		'^status 127$'
step	exec-not-executable	'^status 126$'
step	exec-detached		'^done$'
step	top			'sh -c'
step	stats			'^box [0-9]+$'
step	cp			'^copied$'
step	diff			'^A /srv/new'
step	join-namespaces		'^net box$'
step	pause			'^frozen 1$'
step	update			'^50000 100000$'
step	healthcheck		'^unhealthy$'
step	commit			'^in the box$'
step	kill-signal		'^got USR1$'
step	stop			'^exited 137$'
step	exec-stopped		'^Error: '
step	start-again		'^running'
step	restart			'^running'
step	stop-gently		'^exited 5$'
step	remove-running		'^Error: '

# ---- several containers, images, the rest ------------------------------------
step	pod			'^ipc shared$'
step	network			'^an answer$'
step	build			'^built by 0$'
step	same-image		'^status 11$'
step	layout			'^status 11$'
step	events			'^start$'
step	prune			'^gone$'
step	end			'^nothing is left$'

# ---- before the steps --------------------------------------------------------

prepare() {
	mkdir -p "$files/rw" "$files/ro" "$files/build" "$files/hooks"
	echo given >"$files/ro/given"
	echo 'one file' >"$files/file"
	echo 'from the host' >"$files/hello.txt"
	cat >"$files/seccomp.json" <<-'END'
		{ "defaultAction": "SCMP_ACT_ALLOW",
		  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
		  "syscalls": [
		    { "names": ["uname"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38 },
		    { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO" },
		    { "names": ["mknod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13,
		      "args": [{ "index": 0, "value": 0, "op": "SCMP_CMP_EQ" }] } ] }
	END
	sed 's/"SCMP_ACT_ERRNO" }/"SCMP_ACT_KILL_PROCESS" }/' "$files/seccomp.json" \
		>"$files/kill.json"
	load busybox
}

load() { # IMAGE
	podman image exists "localhost/$1" && return
	id=$(podman pull -q "oci:$images/$1") && podman tag "$id" "localhost/$1"
}

# With each runtime, before its first step.
begin() {
	rm -f "$work/box"
	census >"$work/before"
}

# ---- run -------------------------------------------------------------------

do_run() {
	status p run --rm --network none localhost/busybox echo hi
	status p run --rm --network none localhost/busybox sh -c 'exit 7'
}

do_not_found() {
	{ status p run --rm --network none localhost/busybox nothing-like-that; } 2>&1 |
		own_words
}

do_not_executable() {
	{ status p run --rm --network none localhost/busybox /etc/passwd; } 2>&1 |
		own_words
}

do_killed_by_filter() {
	status p run --rm --network none --security-opt "seccomp=$files/kill.json" \
		localhost/busybox sh -c 'echo before; exec call 39 83 39'
}

do_stdin() {
	head -c 100000 /dev/zero | p run --rm -i --network none localhost/busybox wc -c
	echo unread | p run --rm --network none localhost/busybox wc -c
}

# A terminal of 24 rows and 80 columns around podman.
terminal() {
	script -qec "stty rows 24 cols 80; $*" /dev/null </dev/null
}

do_tty() {
	status terminal podman --runtime "$runtime" run --rm -t --network none \
		localhost/busybox "sh -c 'tty; stty size; ls -l /proc/1/fd | wc -l; exit 4'"
}

do_preserved_fd() {
	p run --rm --preserve-fds 1 --network none localhost/busybox \
		sh -c 'cat <&3; ls /proc/1/fd' 3<"$files/hello.txt"
}

do_detached() {
	p run -d --name detached --network none localhost/busybox \
		sh -c 'echo out; echo err >&2; exit 9'
	echo "status $(p wait detached)"
	p logs detached 2>&1 | sort
	p rm detached
}

do_create_start() {
	q create --name created --network none localhost/busybox echo here
	p inspect --format '{{.State.Status}}' created
	status p start -a created
	p inspect --format '{{.State.Status}} {{.State.ExitCode}}' created
	p rm created
}

do_init() {
	status p run --rm --init --network none localhost/busybox \
		sh -c 'tr "\0" " " </proc/1/cmdline; echo; kill -9 $$'
}

do_oom() {
	# shellcheck disable=SC2086 # words
	status p run --rm $limits --memory 24m --memory-swap 24m --network none \
		localhost/busybox sh -c 'tail /dev/zero; echo "child $?"
		grep -e oom_kill /sys/fs/cgroup/memory.events; exec tail /dev/zero'
}

do_pids_limit() {
	# shellcheck disable=SC2086 # words
	status p run --rm $limits --pids-limit 6 --network none localhost/busybox \
		sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 2 & done' 2>&1 | uniq
}

do_device_denied() {
	[ "$user" = root ] || skip 'the reason: rootless containers make no devices'
	status p run --rm --cap-add mknod --network none localhost/busybox sh -c '
		mknod /tmp/mem c 1 1 && cat /tmp/mem; mknod /tmp/null c 1 3 && echo x >/tmp/null &&
		echo null works; mknod /tmp/disk b 7 0 && cat /tmp/disk'
}

# Each hook gets the state of the container on its stdin.
do_hooks() {
	for stage in prestart createRuntime createContainer startContainer poststart poststop; do
		# The last before the program runs is inside the container.
		place=$files/hooks
		[ $stage != startContainer ] || place=/hooks
		cat >"$files/hooks/$stage.json" <<-END
			{ "version": "1.0.0", "when": { "always": true }, "stages": ["$stage"],
			  "hook": { "path": "/bin/sh", "args": ["sh", "$place/hook", "$stage", "$place"] } }
		END
	done
	cat >"$files/hooks/hook" <<-'END'
		PATH=/usr/bin:/bin
		state=$(cat)
		word() { echo "$state" | sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p"; }
		[ "$(word pid)" -gt 1 ] 2>/dev/null && pid='a pid' || pid=none
		echo "$1 $(word status) $pid $(word id) $(word ociVersion | cut -c 1-2)" >>$2/made
	END
	p --hooks-dir "$files/hooks" run --rm --network none -v "$files/hooks:/hooks" \
		localhost/busybox sh -c 'echo "run $(wc -l </hooks/made)" >>/hooks/made'
	wait_for grep -q poststop "$files/hooks/made"
	cat "$files/hooks/made"
	rm -r "$files/hooks"
	mkdir "$files/hooks"
}

# ---- one container that lives long ------------------------------------------

# It takes no notice of SIGTERM, and of SIGUSR1 in words.
box() {
	[ ! -e "$work/box" ] || return 0
	# shellcheck disable=SC2086 # words
	q run -d --name box --hostname box --network none $small \
		--health-cmd 'test ! -e /srv/ill' --health-interval disable \
		localhost/busybox sh -c '
		trap "echo got USR1" USR1; trap "" TERM; echo ready
		while :; do sleep 3600 & wait; done' && : >"$work/box"
}

end_box() {
	[ ! -e "$work/box" ] || q rm -f -t 0 box
	rm -f "$work/box"
}

box_group() {
	find /sys/fs/cgroup -name "libpod-$(p inspect --format '{{.Id}}' box)"
}

do_ps() {
	box
	p ps --format '{{.Names}} {{.Image}} {{.Status}} {{.Command}}' | head -n 1
}

do_inspect() {
	box
	p inspect --format '{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.ExitCode}}
{{.Path}} {{len .Args}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.Config.Hostname}}
{{.State.OciVersion}} {{.EffectiveCaps}}' box
	pid=$(p inspect --format '{{.State.Pid}}' box)
	tr '\0' ' ' </proc/"$pid"/cmdline | head -n 2
	grep -e NSpid -e Seccomp: -e NoNew /proc/"$pid"/status | sed 's/[0-9]*[0-9][0-9]/PID/'
}

do_logs() {
	end_box
	box
	wait_for logged ready
	p logs box
}

logged() { # LINE
	p logs box | grep -qx "$1"
}

do_exec() {
	box
	status p exec box sh -c 'echo out; echo err >&2; exit 5' 2>&1
	status p exec box sh -c 'kill -9 $$'
}

do_exec_user() {
	box
	p exec --user 1000:100 -w /var/log -e COLOUR=green box \
		sh -c 'echo "$(id -u) $(id -g) $PWD $COLOUR $HOME"; id; env | sort; umask'
}

do_exec_security() {
	box
	p exec box sh -c 'grep -e Cap -e NoNewPrivs -e Seccomp: /proc/self/status
		ls /proc/self/fd | wc -l; cat /proc/self/oom_score_adj; call 165 250
		cat /proc/self/cgroup; grep -e files /proc/self/limits'
	p exec --privileged --user 1000 box grep -e Cap /proc/self/status
}

do_exec_tty() {
	box
	status terminal podman --runtime "$runtime" exec -t box "sh -c 'tty; stty size; exit 3'"
}

do_exec_stdin() {
	box
	head -c 50000 /dev/zero | p exec -i box wc -c
}

do_exec_not_found() {
	box
	{ status p exec box nothing-like-that; } 2>&1 | own_words
}

do_exec_not_executable() {
	box
	{ status p exec box /etc/passwd; } 2>&1 | own_words
}

do_exec_detached() {
	box
	p exec -d box sh -c 'sleep 0.1; echo done >/srv/done'
	p exec box sh -c 'until [ -s /srv/done ]; do sleep 0.1; done; cat /srv/done'
}

do_top() {
	box
	p top box pid user args
}

do_stats() {
	box
	p stats --no-stream --format '{{.Name}} {{.PIDs}}' box
}

do_cp() {
	box
	p cp "$files/hello.txt" box:/srv/copied
	p exec box sh -c 'cat /srv/copied; stat -c "%a %u %n" /srv/copied; echo copied'
	p cp box:/etc/passwd - | tar t
}

do_diff() {
	box
	p exec box touch /srv/new
	p diff box | grep new
}

do_join_namespaces() {
	box
	theirs=$(p exec box sh -c 'for ns in mnt pid net ipc uts user; do readlink /proc/1/ns/$ns; done' | tr '\n' ' ')
	p run --rm --pid container:box --ipc container:box --network container:box \
		--uts container:box localhost/busybox sh -c "
		for ns in mnt pid net ipc uts user; do
			case ' $theirs ' in
			*\" \$(readlink /proc/self/ns/\$ns) \"*) echo \$ns box ;;
			*) echo \$ns own ;; esac; done; hostname; tr '\\0' ' ' </proc/1/cmdline | wc -l"
}

do_pause() {
	box
	q pause box
	p inspect --format '{{.State.Status}}' box
	echo "frozen $(sed -n 's/^frozen //p' "$(box_group)/cgroup.events")"
	p exec box true 2>&1 | sed 's/[0-9a-f]\{64\}/ID/'
	q unpause box
	p inspect --format '{{.State.Status}}' box
	echo "frozen $(sed -n 's/^frozen //p' "$(box_group)/cgroup.events")"
}

do_update() {
	box
	group=$(box_group)
	cat "$group/cpu.max" "$group/memory.max" "$group/pids.max"
	q update --cpus 0.25 --memory 100m box
	cat "$group/memory.max" "$group/pids.max"
	q update --cpus 0.5 --memory 128m box
	cat "$group/cpu.max" "$group/memory.max"
}

do_healthcheck() {
	box
	status p healthcheck run box
	p exec box touch /srv/ill
	status p healthcheck run box
	p exec box rm /srv/ill
}

do_commit() {
	box
	p exec box sh -c 'echo in the box >/srv/note'
	q commit -q box localhost/committed
	p run --rm --network none localhost/committed cat /srv/note
	q rmi localhost/committed
}

do_kill_signal() {
	box
	q kill -s USR1 box
	wait_for logged 'got USR1'
	p logs box | tail -n 1
	p inspect --format '{{.State.Status}}' box
}

# SIGKILL has to follow.
do_stop() {
	box
	status p stop -t 1 box
	p inspect --format '{{.State.Status}} {{.State.ExitCode}}' box
	end_box
}

do_exec_stopped() {
	q run --name stopped --network none localhost/busybox true
	status p exec stopped true 2>&1
	status p kill stopped 2>&1
	q rm stopped
}

do_start_again() {
	end_box
	box
	q kill box
	echo "status $(p wait box)"
	q start box
	p inspect --format '{{.State.Status}} {{.RestartCount}}' box
}

do_restart() {
	box
	before=$(p inspect --format '{{.State.Pid}}' box)
	q restart -t 0 box
	p inspect --format '{{.State.Status}} {{.State.Pid}}' box |
		sed "s/ $before/ the same process/; s/ [0-9]*$/ another process/"
}

do_stop_gently() {
	q run -d --name gentle --network none localhost/busybox \
		sh -c 'trap "echo bye; exit 5" TERM; echo ready; sleep 3600 & wait'
	wait_for gentle_ready
	p stop -t 20 gentle
	p inspect --format '{{.State.Status}} {{.State.ExitCode}}' gentle
	p logs gentle
	p rm gentle
}

gentle_ready() {
	p logs gentle | grep -q ready
}

do_remove_running() {
	box
	{ status p rm box; } 2>&1
	status p rm -f -t 0 box
	rm -f "$work/box"
	p ps -a --format '{{.Names}}'
}

# ---- several containers, images, the rest ------------------------------------

# The second container asks the first over the loopback of their network.  Podman
# 4.3 with cgroupfs lets no device be made in the group of a pod: each container
# keeps to a group of its own.
do_pod() {
	end_box
	q pod create --name pair --network none --share-parent=false
	q run -d --pod pair --name first localhost/busybox \
		sh -c 'for ns in net ipc uts pid; do readlink /proc/self/ns/$ns; done >/srv/ns
		httpd -f -p 8080 -h /srv'
	p run --rm --pod pair localhost/busybox sh -c '
		until wget -q -O /tmp/ns http://127.0.0.1:8080/ns; do sleep 0.1; done 2>/dev/null
		for ns in net ipc uts pid; do
			grep -qxF "$(readlink /proc/self/ns/$ns)" /tmp/ns && echo "$ns shared" || echo "$ns own"
		done'
	p pod ps --format '{{.Name}} {{.Status}} {{.NumberOfContainers}}'
	q pod stop -t 0 pair
	p pod ps --format '{{.Name}} {{.Status}}'
	q pod rm -f pair
}

# A port of the host leads into the container: bridge and NAT as root, a
# process of the user's own without.
do_network() {
	end_box
	q run -d --name server -p 8080:80 localhost/busybox \
		sh -c 'while :; do echo "an answer" | nc -l -p 80; done'
	wait_for answered
	cat "$work/answer"
	p exec server ip -o -4 addr show | sed -E 's/ +/ /g; s/valid.*//'
	p exec server ip route
	p exec server cat /etc/resolv.conf | sed 's/ .*//'
	p port server
	q rm -f -t 0 server
}

answered() {
	/bin/busybox nc -w 2 127.0.0.1 8080 </dev/null >"$work/answer" && [ -s "$work/answer" ]
}

do_build() {
	cat >"$files/build/Containerfile" <<-'END'
		FROM localhost/busybox
		ENV COLOUR=blue
		COPY hello.txt /srv/hello.txt
		RUN echo "built by $(id -u)" >/srv/made && cat /srv/hello.txt >>/srv/made && grep -c . /proc/self/uid_map
		WORKDIR /srv
		ENTRYPOINT ["/bin/cat"]
		CMD ["made"]
	END
	cp "$files/hello.txt" "$files/build"
	p build -q --isolation oci --network none --pull=never -t localhost/built "$files/build" 2>&1 |
		sed 's/^[0-9a-f]*$/ID/'
	p run --rm --pull never --network none localhost/built
	p run --rm --pull never --network none localhost/built /srv/hello.txt
	p rmi -f localhost/built | tail -n 1 | sed 's/:.*//'
}

# The same digest: podman with the reference, podman with the runtime under
# test, and that runtime's own "run LAYOUT" where it has one.
do_same_image() {
	load facts || return 1
	digest=$(podman inspect --format '{{.Digest}}' localhost/facts)
	grep -qx "facts $digest" "$images/digests" && echo 'the digest is the same'
	status p run --rm --network none localhost/facts
	status p run --rm --network none localhost/facts two 'three  four'
	podman rmi localhost/facts >/dev/null
}

do_layout() {
	grep -q '' "$images/facts/index.json" || return 1
	case $runtime in */minic)
		status "$program" run "$images/facts"
		status "$program" run "$images/facts" two 'three  four'
		;;
	*)
		load facts || return 1
		status p run --rm --network none localhost/facts
		status p run --rm --network none localhost/facts two 'three  four'
		podman rmi localhost/facts >/dev/null
		;;
	esac
}

do_events() {
	now=$(date +%s)
	q run --rm --name brief --network none localhost/busybox true
	p events --stream=false --since "$now" --filter container=brief --format '{{.Status}}' |
		sort
}

do_prune() {
	end_box
	q run --name leftover --network none localhost/busybox true
	p system prune -f | sed -n 's/^Deleted Containers$/&/p'
	p container exists leftover || echo gone
}

# ---- nothing may stay --------------------------------------------------------

# All that a container could leave: "kind name", sorted.
census() {
	{
		cut -d ' ' -f 5 /proc/self/mountinfo | sed 's/^/mount /'
		find /sys/fs/cgroup -type d ! -name conmon ! -name libpod_parent ! -name podman_probe |
			sed 's/^/group /'
		ps -e -o ppid=,pidns=,comm= | while read -r parent space name; do
			[ "$parent" != 2 ] || continue # of the kernel
			case " $host_namespaces " in
			*"[$space]"*) place=here ;; *) place=contained ;; esac
			case $name in
			ps | sed | sort | find | cut | sh) [ $place = contained ] || continue ;;
			esac
			echo "process $name $place"
		done
		ip -o link show | sed -E 's/^[0-9]+: ([^:@]*).*/link \1/'
		podman ps -aq --no-trunc | sed 's/^/container /'
		podman pod ps -q | sed 's/^/pod /'
		podman volume ls -q | sed 's/^/volume /'
		find /run /run/user/1000 -maxdepth 2 -name '[0-9a-f]*' 2>/dev/null |
			grep -E '/[0-9a-f]{64}$' | sed 's/^/state /'
	} | sort
}

do_end() {
	end_box
	for _ in 1 2 3 4 5 6 7 8 9 10; do # conmon may still be about to end
		census >"$work/after"
		if cmp -s "$work/before" "$work/after"; then
			echo 'nothing is left'
			return
		fi
		sleep 0.3
	done
	diff "$work/before" "$work/after"
}
