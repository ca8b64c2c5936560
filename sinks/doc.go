// Package sinks makes a directory match a set of rendered files. It does not decide
// what the files say. A run that is killed leaves each path with its whole old or its
// whole new content, and the next run goes on from there. Files that confit did not
// write are neither replaced nor removed.
//
// The files of the package:
//
//   - spec.go, path.go, location.go: check sinks, output paths, and where directories are.
//   - dir.go, outdir.go, lock.go: a Dir, the calls Plan and Apply, the directory's making
//     and its lock.
//   - compare.go, unchanged.go, prune.go: compare outputs and inventory with the directory.
//   - missingblobs.go: the contents of Git files that are not on disk yet.
//   - volumemode.go: volumes that show another mode than the one that was set.
//   - plan.go, diff.go, print.go: the changes, as steps, as a diff, and outputs as text.
//   - between.go: the changes from one set of outputs to another, both in memory.
//   - publish.go, commit.go, step.go, undo.go: stage, commit, take steps, take them back.
//   - state.go, statefile.go, statejson.go, inventory.go, journal.go: the state directory.
//   - detail.go, problem.go: the steps that -v shows, and errors of writing.
//   - replace.go: writes the expected files of confit test, without a state.
//   - receipt.go: whether the application was told of the published files.
//   - spool.go, sourcecache.go: data that Git sources keep there.
//   - dirfd: all system calls, on open directories.
//
// How Apply publishes:
//
//  1. Open the directory, lock its descriptor, and open the state directory .confit-NAME.
//  2. If there is a journal, an earlier run was interrupted: take its steps to the end.
//  3. Compare content and mode of each file. If all are as they should be, end.
//  4. Refuse conflicts, all at once: foreign files, symlinks, mounts, missing rights.
//  5. Write the new files into the stage, with their modes, and sync them.
//  6. Write and sync the next inventory and the journal, which lists the steps.
//  7. Rename the journal to its name: the commit point. A failure before leaves no change.
//  8. Make directories, rename the staged files into place, remove old files, sync.
//  9. If a step fails, take the steps back, or leave the rest to the next run.
//  10. Rename the inventory to its name, and remove the journal and the stage.
package sinks
