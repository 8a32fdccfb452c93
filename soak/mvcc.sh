# mvcc.sh - the randomised proofs of heap_visibility() and of who keeps dead rows
# for as long as it takes
#
# VISIBILITY_ROUNDS, VISIBILITY_STEPS and HOLDERS_ROUNDS set the length, SEED
# repeats a run.

VISIBILITY_ROUNDS=${VISIBILITY_ROUNDS:-20}
VISIBILITY_STEPS=${VISIBILITY_STEPS:-1500}
HOLDERS_ROUNDS=${HOLDERS_ROUNDS:-100}
export VISIBILITY_ROUNDS VISIBILITY_STEPS HOLDERS_ROUNDS

TESTS='500_visibility*' tools/check.sh && TESTS='302_holders*' tools/check.sh
