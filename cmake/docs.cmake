# `docs`: the reference from the headers' comments; a warning is an error.
find_package(Doxygen QUIET)
if(DOXYGEN_FOUND)
    set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/include)
    set(DOXYGEN_GENERATE_LATEX NO)
    set(DOXYGEN_HAVE_DOT NO)
    set(DOXYGEN_QUIET YES)
    set(DOXYGEN_FILE_PATTERNS *.hpp *.cuh)
    set(DOXYGEN_EXTENSION_MAPPING cuh=C++)
    set(DOXYGEN_EXTRACT_ALL YES)  # small functions whose names say all have no comment
    set(DOXYGEN_EXCLUDE_SYMBOLS "isotypic::detail*")
    set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
    doxygen_add_docs(docs ${PROJECT_SOURCE_DIR}/include COMMENT "Reference in ${PROJECT_BINARY_DIR}/html")
endif()
