# The program's data folders as one assembled object: every file is an .incbin, found at run time by base/data.h. A changed file costs one
# assembler run, a new one a re-configure.
enable_language(ASM)
set(data_folders catalogue devices library models patterns schema stand_ins)
set(data_files)
foreach(folder IN LISTS data_folders)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/${folder}/*)
  list(APPEND data_files ${found})
endforeach()
list(FILTER data_files EXCLUDE REGEX "\\.pyc$|/\\.")
list(SORT data_files)

set(texts "")
set(table "")
set(depends "")
set(count 0)
foreach(file IN LISTS data_files)
  string(APPEND texts "path_${count}: .asciz \"${file}\"\nfile_${count}: .incbin \"${PROJECT_SOURCE_DIR}/${file}\"\nend_${count}: .byte 0\n")
  string(LENGTH "${file}" length)
  string(APPEND table "  .quad path_${count}, ${length}, file_${count}, end_${count} - file_${count}\n")
  list(APPEND depends ${PROJECT_SOURCE_DIR}/${file})
  math(EXPR count "${count} + 1")
endforeach()
set(data_object ${PROJECT_BINARY_DIR}/generated/embedded_data.S)
# An entry: path, its size, text, its size (base/data.cpp).
file(CONFIGURE OUTPUT ${data_object} @ONLY CONTENT ".section .rodata
${texts}.section .data.rel.ro,\"aw\"
  .balign 8
  .globl fusescout_embedded_files
fusescout_embedded_files:
${table}  .globl fusescout_embedded_file_count
fusescout_embedded_file_count: .quad ${count}
.section .note.GNU-stack,\"\",%progbits
")
set_source_files_properties(${data_object} PROPERTIES OBJECT_DEPENDS "${depends}")
