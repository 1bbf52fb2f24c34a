// A small disk of the real kind: a file system in memory that says ENOSPC when it is full. Mounting one
// takes root or sudo without a password; where there is neither, the kernel's limit on the size of a file
// fails the writes instead (EFBIG, told to SQLite as an I/O error).
import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const run = (...command) => spawnSync(command[0], command.slice(1), { stdio: "ignore" }).status === 0;
const ROOT = process.getuid?.() === 0 ? [] : ["sudo", "-n"];

export class SmallDisk {
  /** Mounts one over `folder`, where that is possible. */
  constructor(folder, { mib = 256 } = {}) {
    this.folder = folder;
    const owner = `size=${mib}m,uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0},mode=0700`;
    this.mounted = run(...ROOT, "mount", "-t", "tmpfs", "-o", owner, "tmpfs", folder);
    /** How the disk is made to fail. */
    this.kind = this.mounted ? "tmpfs" : "file size limit";
  }

  /** No byte more is written, by the process or, where it is a disk, by anybody. Again: what was freed since. */
  fill(pid) {
    if (!this.mounted) return this.limit(pid, "0");
    const { bavail, bsize } = statfsSync(this.folder);
    try {
      appendFileSync(join(this.folder, "ballast"), Buffer.alloc(bavail * bsize));
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }

  /** There is room again. */
  free(pid) {
    if (!this.mounted) return this.limit(pid, "unlimited");
    rmSync(join(this.folder, "ballast"), { force: true });
  }

  /** The soft limit alone: it may be raised again. */
  limit(pid, bytes) {
    if (!run("prlimit", "--pid", String(pid), `--fsize=${bytes}:`)) throw new Error("neither a small disk nor a limit can be had: run as root, or install util-linux");
  }

  remove() {
    if (this.mounted) run(...ROOT, "umount", "-l", this.folder);
    this.mounted = false;
  }
}
