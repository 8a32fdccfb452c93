# mvcc.sh - the randomised proof of heap_visibility() for as long as it takes
#
# VISIBILITY_ROUNDS and VISIBILITY_STEPS set the length, SEED
# repeats a run.

VISIBILITY_ROUNDS=${VISIBILITY_ROUNDS:-20}
VISIBILITY_STEPS=${VISIBILITY_STEPS:-1500}
export VISIBILITY_ROUNDS VISIBILITY_STEPS

TESTS='500_visibility*' tools/check.sh
