# A user's firmware that adds tcexec. It is a project of C alone, with another standard.
cmake_minimum_required(VERSION 3.13)
project(app C)
set(CMAKE_C_STANDARD 11)

add_subdirectory(tcexec)
target_compile_options(tcexec PRIVATE -Wall -Wextra -Wconversion -Wshadow -Werror)
add_executable(app app.c tcexec/template/tcx_board.c)
target_include_directories(app PRIVATE tcexec/template)
target_link_libraries(app -Wl,--whole-archive tcexec::tcexec -Wl,--no-whole-archive)
