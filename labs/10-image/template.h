/* SPDX-License-Identifier: MIT */
/*
 * template.h - what every container gets, as config.json has it
 *
 * The image says nothing on any of it.  It is what engines agree on: new
 * namespaces, the file systems of OCI runtime specification, config-linux.md,
 * "Default Filesystems", eleven capabilities, and parts of /proc and /sys
 * covered that belong to the machine.
 */
#ifndef OCI_TEMPLATE_H
#define OCI_TEMPLATE_H

#define CAPABILITIES                                       \
	"['CAP_CHOWN','CAP_DAC_OVERRIDE','CAP_FSETID',"    \
	"'CAP_FOWNER','CAP_SETGID','CAP_SETUID',"          \
	"'CAP_SETPCAP','CAP_NET_BIND_SERVICE','CAP_KILL'," \
	"'CAP_SYS_CHROOT','CAP_SETFCAP']"

/* With ' for ", to be read more easily; no ' is in it otherwise. */
static const char runtime_template[] =
	"{'ociVersion':'1.0.2',"
	"'root':{'path':'rootfs','readonly':false},"
	"'hostname':'oci',"
	"'process':{'terminal':false,'noNewPrivileges':true,"
	"  'user':{'uid':0,'gid':0},"
	"  'rlimits':[{'type':'RLIMIT_NOFILE','soft':1024,'hard':4096}],"
	"  'capabilities':{'bounding':" CAPABILITIES ","
	"    'effective':" CAPABILITIES ",'permitted':" CAPABILITIES "}},"
	"'mounts':["
	" {'destination':'/proc','type':'proc','source':'proc',"
	"  'options':['nosuid','noexec','nodev']},"
	" {'destination':'/dev','type':'tmpfs','source':'tmpfs',"
	"  'options':['nosuid','strictatime','mode=755','size=65536k']},"
	" {'destination':'/dev/pts','type':'devpts','source':'devpts',"
	"  'options':['nosuid','noexec','newinstance','ptmxmode=0666',"
	"             'mode=0620']},"
	" {'destination':'/dev/shm','type':'tmpfs','source':'shm',"
	"  'options':['nosuid','noexec','nodev','mode=1777','size=65536k']},"
	" {'destination':'/dev/mqueue','type':'mqueue','source':'mqueue',"
	"  'options':['nosuid','noexec','nodev']},"
	" {'destination':'/sys','type':'sysfs','source':'sysfs',"
	"  'options':['nosuid','noexec','nodev','ro']}],"
	"'linux':{"
	" 'namespaces':[{'type':'pid'},{'type':'network'},{'type':'ipc'},"
	"   {'type':'uts'},{'type':'mount'},{'type':'cgroup'}],"
	" 'resources':{'devices':[{'allow':false,'access':'rwm'}]},"
	" 'maskedPaths':['/proc/acpi','/proc/asound','/proc/kcore',"
	"   '/proc/keys','/proc/latency_stats','/proc/timer_list',"
	"   '/proc/timer_stats','/proc/sched_debug','/proc/scsi',"
	"   '/sys/firmware','/sys/devices/virtual/powercap'],"
	" 'readonlyPaths':['/proc/bus','/proc/fs','/proc/irq','/proc/sys',"
	"   '/proc/sysrq-trigger']},"
	"'annotations':{}}";

#endif /* OCI_TEMPLATE_H */
