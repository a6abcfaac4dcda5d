# fusescout_sources_test(NAME COMMAND...): a test of the whole program on the real trees. {vllm}, {ascend} and {transformers} in the command become
# their directories. Skipped where there are none (tests/sources.py); in CI that is a failure.
add_test(NAME sources COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/sources.py fetch $<TARGET_FILE:fusescout>)
set_tests_properties(sources PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
function(fusescout_sources_test name)
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/sources.py run ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 DEPENDS sources)
endfunction()
