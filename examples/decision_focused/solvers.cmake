# The target decision_focused_solvers, where LEMON and GLPK are installed; nothing downloads them. Of LEMON its headers will do.
find_path(LEMON_INCLUDE_DIR lemon/network_simplex.h)
find_path(GLPK_INCLUDE_DIR glpk.h PATH_SUFFIXES glpk)
find_library(GLPK_LIBRARY glpk)
if(LEMON_INCLUDE_DIR AND GLPK_INCLUDE_DIR AND GLPK_LIBRARY AND NOT TARGET decision_focused_solvers)
    add_library(decision_focused_solvers INTERFACE)
    target_include_directories(decision_focused_solvers SYSTEM INTERFACE ${LEMON_INCLUDE_DIR} ${GLPK_INCLUDE_DIR})
    target_link_libraries(decision_focused_solvers INTERFACE ${GLPK_LIBRARY})
endif()
